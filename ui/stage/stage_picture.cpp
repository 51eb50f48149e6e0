// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stage/stage_picture.h"

#include "ui/widgets/scale_bar.h"

#include <QCoreApplication>
#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace diffuscope::ui {

using explain::Absence;
using record::Layer;

StagePicture describePicture(const explain::RunReader& run, const record::FramePtr& frame, Layer layer,
                             int image)
{
    StagePicture picture{.frame = frame, .image = image, .layer = layer};
    if (!picture.isOfLayers())
        picture.absences = {run.whyAbsent(frame->index, layer)};
    else
        for (const Layer each : allLayers())
            picture.absences.push_back(run.whyAbsent(frame->index, each));
    return picture;
}

void readValues(StagePicture& picture, const explain::RunReader& run)
{
    const int index = picture.frame->index;
    record::BatchShape shape = picture.frame->shape;
    if (!picture.isOfLayers()) {
        picture.values = {shape, {}};
        if (!picture.isAbsent(0))
            picture.values = run.read(index, picture.layer);
        return;
    }
    shape.batch = int(allLayers().size());
    picture.values = {shape, std::vector<float>(shape.values())};
    for (int cell = 0; cell < shape.batch; ++cell)
        if (!picture.isAbsent(cell))
            std::ranges::copy(
                run.read(index, picture.layerOf(cell), picture.image - run.facts().firstImage),
                picture.values.values.begin() + std::ptrdiff_t(std::size_t(cell) * shape.imageValues()));
}

void repeatForBatch(StagePicture& picture, int batch)
{
    const std::vector<float> image = std::exchange(picture.values.values, {});
    picture.values.shape.batch = batch;
    for (int k = 0; k < batch; ++k)
        picture.values.values.insert(picture.values.values.end(), image.begin(), image.end());
}

bool colorPicture(StagePicture& picture, const std::function<LayerColoring(Layer)>& coloringOf)
{
    const record::BatchShape& shape = picture.values.shape;
    std::vector<ColorScale> scales;
    if (picture.isOfLayers())
        for (int cell = 0; cell < shape.batch; ++cell)
            scales.push_back(coloringOf(picture.layerOf(cell)).scale(extremesOf(picture.values.image(cell))));
    else
        scales.push_back(coloringOf(picture.layer).scale(extremesOf(picture.values.values)));
    if (scales == picture.scales && !picture.atlas.isNull())
        return false;
    picture.scales = std::move(scales);
    if (picture.atlas.isNull() && picture.values.values.empty())
        picture.atlas = QImage(1, 1, QImage::Format_RGB32);
    if (picture.values.values.empty())
        return true;
    if (!picture.isOfLayers()) {
        renderAtlas(shape, picture.values.values, picture.scales.front(), picture.atlas);
        return true;
    }
    picture.atlas = QImage(shape.width, shape.height * shape.batch, QImage::Format_RGB32);
    QPainter painter(&picture.atlas);
    for (int cell = 0; cell < shape.batch; ++cell)
        painter.drawImage(atlasCell(shape, cell).topLeft(),
                          renderImage(shape, picture.values.image(cell), picture.scales[std::size_t(cell)]));
    return true;
}

QString pixelText(const StagePicture& picture, const ImagePixel& cell)
{
    const auto& shape = picture.values.shape;
    const auto words = [](const char* text) {
        return QCoreApplication::translate("diffuscope::ui::StagePicture", text);
    };
    QStringList values;
    const auto image = picture.values.image(cell.image);
    for (int channel = 0; channel < shape.channels; ++channel) {
        const std::size_t place = std::size_t(channel) * shape.pixels() +
                                  std::size_t(cell.y) * std::size_t(shape.width) + std::size_t(cell.x);
        values.append(QLocale().toString(double(image[place]), 'f', 3));
    }
    const QString text = picture.isAbsent(cell.image) ? QStringLiteral("–")
                         : shape.channels == 3
                             ? words("R %1  G %2  B %3").arg(values[0], values[1], values[2])
                             : values.join(QStringLiteral(", "));
    return words("x %1, y %2 · %3 %4")
        .arg(cell.x)
        .arg(cell.y)
        .arg(layerSymbol(picture.layerOf(cell.image)), text);
}

QString layerCaption(const StagePicture& picture, int cell)
{
    const QString symbol = layerSymbol(picture.layerOf(cell));
    const ColorScale& scale = picture.scales.at(picture.isOfLayers() ? std::size_t(cell) : 0);
    if (picture.isAbsent(cell))
        return symbol;
    if (scale.isDiverging)
        return QStringLiteral("%1 ±%2").arg(symbol, scaleEndText(scale.range.high));
    return QStringLiteral("%1 %2…%3")
        .arg(symbol, scaleEndText(scale.range.low), scaleEndText(scale.range.high));
}

QImage sheetOf(const StagePicture& picture, int magnification)
{
    const auto& shape = picture.values.shape;
    if (picture.atlas.isNull() || shape.batch == 0 || picture.values.values.empty())
        return {};
    const int columns = picture.isOfLayers() ? 5 : int(std::ceil(std::sqrt(shape.batch)));
    const int rows = (shape.batch + columns - 1) / columns;
    constexpr int gap = 2;
    QImage sheet(columns * (shape.width + gap) - gap, rows * (shape.height + gap) - gap,
                 QImage::Format_RGB32);
    sheet.fill(Qt::white);
    QPainter painter(&sheet);
    for (int k = 0; k < shape.batch; ++k)
        if (!picture.isAbsent(k))
            painter.drawImage((k % columns) * (shape.width + gap), (k / columns) * (shape.height + gap),
                              picture.atlas, 0, k * shape.height, shape.width, shape.height);
    painter.end();
    return sheet.scaled(sheet.size() * magnification, Qt::IgnoreAspectRatio, Qt::FastTransformation);
}

}  // namespace diffuscope::ui
