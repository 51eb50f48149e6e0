// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/picture_file.h"

#include "core/exports/picture.h"

#include <QImage>
#include <QString>

#include <vector>

namespace diffuscope::ui {

void writePictureFile(const QString& path, const QImage& image, const recipe::RunPlan& plan)
{
    constexpr int channels = 3;
    const QImage rgb = image.convertToFormat(QImage::Format_RGB888);
    std::vector<unsigned char> pixels;  // without what fills up each line of a QImage
    pixels.reserve(std::size_t(rgb.width()) * std::size_t(rgb.height()) * channels);
    for (int y = 0; y < rgb.height(); ++y)
        pixels.insert(pixels.end(), rgb.constScanLine(y), rgb.constScanLine(y) + channels * rgb.width());
    exports::writePicture(path.toStdString(), {pixels.data(), rgb.width(), rgb.height(), channels}, plan);
}

}  // namespace diffuscope::ui
