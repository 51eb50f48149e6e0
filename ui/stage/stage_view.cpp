// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stage/stage_view.h"

#include "ui/document/run_facts.h"
#include "ui/document/session_document.h"
#include "ui/stage/exact_overlay.h"
#include "ui/stage/layer_bar.h"
#include "ui/stage/scatter_canvas.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/layer_absence.h"
#include "ui/widgets/scale_bar.h"

#include <QComboBox>
#include <QEvent>
#include <QLabel>
#include <QLocale>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace diffuscope::ui {

using record::Layer;

StageView::StageView(SessionDocument& document, QWidget* parent) : QWidget(parent), m_document(document)
{
    m_ranges = new LayerRanges(this);
    m_grid = new ImageGrid(this);
    m_grid->setObjectName(QStringLiteral("imageGrid"));
    m_grid->setAccessibleName(tr("Images at the playhead"));
    m_sheet = new ImageGrid(this);
    m_sheet->setObjectName(QStringLiteral("layerGrid"));
    m_sheet->setAccessibleName(tr("Layers of one image at the playhead"));
    m_sheet->setClickEnlarges(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildBars());
    m_pages = new QStackedLayout;
    m_pages->addWidget(m_grid);
    m_pages->addWidget(m_sheet);
    m_scatter = new ScatterCanvas(this);
    m_scatter->setObjectName(QStringLiteral("scatterCanvas"));
    m_scatter->setAccessibleName(tr("Points at the playhead"));
    m_pages->addWidget(m_scatter);
    new ExactOverlay(m_document, *m_scatter, this);
    column->addLayout(m_pages, 1);
    connectGrid();
    connectSheet();
    connectDocument();
    m_grid->setSelected(m_document.selectedImage());
    m_document.view().setRanges(m_modes.toText());
    takeLayer();
}

void StageView::setModels(const QList<ModelEntry>& models)
{
    m_models = models;
    updateCaptions();
}

void StageView::setEmptyText(const QString& title, const QString& text)
{
    m_grid->setEmptyText(title, text);
    m_sheet->setEmptyText(title, text);
}

void StageView::setRangeMode(RangeMode mode)
{
    m_modes.set(m_coloring.layer, mode);
    m_document.view().setRanges(m_modes.toText());
    followRanges();
    updateColoring();
    refresh();
}

void StageView::restoreRangeModes(const QString& modes)
{
    const QString before = m_modes.toText();
    m_modes.read(modes);
    m_document.view().setRanges(m_modes.toText());
    if (m_modes.toText() != before)
        takeLayer();
}

void StageView::setShowsAllLayers(bool all)
{
    m_layers->setShowingAll(all);
    if (std::exchange(m_showsAll, all) == all)
        return;
    m_hovered.reset();
    m_pages->setCurrentIndex(showsPoints() ? 2 : all ? 1 : 0);
    tellImageInView();
    followRanges();
    refresh();
    focusPicture();
    m_document.view().setShowsAllLayers(all);
    Q_EMIT showsAllLayersChanged(all);
}

bool StageView::goBack()
{
    if (visibleGrid().isZoomed())
        visibleGrid().showAll();
    else if (m_showsAll)
        setShowsAllLayers(false);
    else if (m_grid->isEnlarged())
        m_grid->setEnlarged(false);
    else
        return false;
    return true;
}

void StageView::toggleEnlarged()
{
    const bool enlarge = m_showsAll || !m_grid->isEnlarged();
    setShowsAllLayers(false);
    m_grid->setEnlarged(enlarge);
}

void StageView::focusPicture()
{
    visibleGrid().setFocus();
}

void StageView::setMarked(const std::optional<ImagePixel>& pixel)
{
    m_grid->setMarked(pixel);
    std::optional<ImagePixel> inLayer = pixel;
    if (inLayer)
        inLayer->image = layerPlace(m_document.layer());
    m_sheet->setMarked(inLayer);
}

int StageView::sheetImage() const
{
    const auto frame = m_document.frame();
    return frame ? std::clamp(m_document.selectedImage(), 0, std::max(frame->shape.batch - 1, 0)) : 0;
}

/// The image that alone is in view, −1 where all are.
int StageView::imageInView() const
{
    if (m_showsAll)
        return std::max(m_document.selectedImage(), 0);
    return m_grid->isEnlarged() ? m_grid->selected() : -1;
}

void StageView::tellImageInView()
{
    m_document.setLookedAt(isVisible() ? imageInView() : -1);
}

void StageView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    tellImageInView();
}

void StageView::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    tellImageInView();
}

/// At the image in view; null where there is none.
const RunUpdate* StageView::firstLook() const
{
    const RunUpdate* look = m_document.firstLook();
    return look && look->firstLook.image == imageInView() ? look : nullptr;
}

void StageView::takeRun()
{
    m_scatter->forgetScale();
    const explain::RunReader reader(factsOf(m_document.shownRun()));
    for (const Layer layer : allLayers())
        m_layers->setMissing(layer, missingFromRun(reader, layer));
    followRanges();
    refresh();
}

void StageView::takeLayer()
{
    m_layers->setLayer(m_document.layer());
    m_sheet->setSelected(layerPlace(m_document.layer()));
    followRanges();
    updateColoring();
    refresh();
}

/// Looks over all frames for those layers whose range is that of the run, and are in view.
void StageView::followRanges()
{
    std::vector<Layer> wanted;
    for (const Layer layer : allLayers())
        if (m_modes.of(layer) == RangeMode::run && (m_showsAll || layer == m_document.layer()))
            wanted.push_back(layer);
    m_ranges->follow(m_document.shownRun(), wanted);
}

LayerColoring StageView::coloringOf(Layer layer) const
{
    return {layer, m_modes.of(layer), m_ranges->range(layer)};
}

void StageView::updateColoring()
{
    const LayerColoring coloring = coloringOf(m_document.layer());
    m_range->setCurrentIndex(m_range->findData(int(coloring.mode)));
    if (coloring == m_coloring)
        return;
    m_coloring = coloring;
    Q_EMIT coloringChanged(m_coloring);
}

/// Shows the frame at the playhead. What was shown stays where there is none.
void StageView::refresh()
{
    const RunUpdate* look = firstLook();
    const record::FramePtr frame = look ? m_document.firstLookFrame() : m_document.frame();
    if (!frame)
        return;
    const explain::RunReader run(look ? firstLookFactsOf(*look) : factsOf(m_document.shownRun()));
    const int image = look ? look->firstLook.image : sheetImage();
    StagePicture& shown = m_showsAll ? m_allLayers : m_images;
    StagePicture wanted = describePicture(run, frame, m_document.layer(), m_showsAll ? image : -1);
    const bool isOther = !wanted.isOf(shown);
    if (isOther) {
        wanted.atlas = std::move(shown.atlas);  // its memory is used again
        shown = std::move(wanted);
        readValues(shown, run);
        if (look && !m_showsAll)
            repeatForBatch(shown, look->recipe->batch);
    }
    m_pages->setCurrentIndex(showsPoints() ? 2 : m_showsAll ? 1 : 0);
    if (showsPoints()) {
        if (isOther)
            showPoints();
        updateReadout();
        return;
    }
    const bool isRecoloured = colorPicture(shown, [this](Layer layer) { return coloringOf(layer); });
    if (!isOther && !isRecoloured)
        return;
    m_scale->setScale(shown.scales.at(m_showsAll ? std::size_t(layerPlace(m_document.layer())) : 0));
    updateCaptions();
    if (m_showsAll) {
        showLayers();
    } else {
        m_grid->setNotice(missingFromFrame(m_images.absences.front()));
        m_grid->setImages(m_images.atlas, m_images.values.shape);
        m_grid->setEnlarged(m_document.view().isEnlarged());  // of a session that came before its images
    }
    describe();
    updateReadout();
}

/// Whether one sample is a point, as the model says of its samples: no picture.
bool StageView::showsPoints() const
{
    const record::BatchShape& shape = (m_showsAll ? m_allLayers : m_images).values.shape;
    return shape.height == 1 && shape.width == 1 && shape.channels <= 2 && shape.batch > 0;
}

void StageView::showPoints()
{
    const StagePicture& shown = m_showsAll ? m_allLayers : m_images;
    const auto& condition = m_document.shownRun().recipe->condition;
    std::vector<int> classes;
    for (int k = 0; k < shown.values.shape.batch && !condition.classes.empty(); ++k)
        classes.push_back(condition.classOf(k));
    m_scatter->setNotice(missingFromFrame(shown.absences.front()));
    m_scatter->setPoints(shown.values, std::move(classes));
    m_scatter->setSelected(m_document.selectedImage());
}

/// For who hears the window instead of seeing it: what is shown, and of when.
void StageView::describe()
{
    const StagePicture& picture = m_showsAll ? m_allLayers : m_images;
    const auto frame = m_document.frame();
    if (!frame)
        return;
    const int steps = std::max(m_document.trajectory().plannedFrames - 1, 0);
    const int step = m_document.playhead() + 1;
    const QString moment = step > steps ? tr("result of %1 steps").arg(steps)
                                        : tr("step %1 of %2, t = %3")
                                              .arg(step)
                                              .arg(steps)
                                              .arg(QLocale().toString(frame->level.t, 'g', 4));
    if (m_showsAll)
        return m_sheet->setAccessibleDescription(
            tr("All layers of image %1; %2").arg(picture.image + 1).arg(moment));
    const int batch = picture.values.shape.batch;
    QString images = batch == 1 ? tr("1 image") : tr("%1 images").arg(batch);
    if (m_grid->isEnlarged())
        images = tr("image %1 of %2").arg(m_grid->selected() + 1).arg(batch);
    m_grid->setAccessibleDescription(
        QStringLiteral("%1: %2; %3").arg(layerName(m_document.layer()), images, moment));
}

void StageView::showLayers()
{
    QStringList captions, reasons, tips;
    for (int cell = 0; cell < int(allLayers().size()); ++cell) {
        const Layer layer = allLayers()[std::size_t(cell)];
        captions.append(layerCaption(m_allLayers, cell));
        reasons.append(missingFromFrame(m_allLayers.absences[std::size_t(cell)]));
        tips.append(richTip(QStringLiteral("%1: %2").arg(layerName(layer), layerTip(layer))));
    }
    m_sheet->setCaptions(captions);
    m_sheet->setAbsences(reasons);
    m_sheet->setTips(tips);
    m_sheet->setImages(m_allLayers.atlas, m_allLayers.values.shape);
    m_sheet->setSelected(layerPlace(m_document.layer()));
}

/// The class of each image, as the run that is shown was asked for.
void StageView::updateCaptions()
{
    const RunUpdate* look = firstLook();
    const auto& recipe = look ? *look->recipe : *m_document.shownRun().recipe;
    QStringList captions;
    for (const auto& model : m_models) {
        if (model.id.toStdString() != recipe.model || recipe.condition.classes.empty())
            continue;
        for (int k = 0; k < m_images.values.shape.batch; ++k) {
            const int label = recipe.condition.classOf(k);
            captions.append(label < model.classes.size() ? model.classes[label] : QString::number(label));
        }
    }
    m_grid->setCaptions(captions);
}

void StageView::updateReadout()
{
    const StagePicture& picture = m_showsAll ? m_allLayers : m_images;
    const auto& shape = picture.values.shape;
    const bool isInside = m_hovered && m_hovered->image < shape.batch && m_hovered->x < shape.width &&
                          m_hovered->y < shape.height && !picture.values.values.empty();
    if (!isInside)
        return m_readout->clear();
    m_readout->setText(tr("image %1 · %2")
                           .arg((m_showsAll ? picture.image : m_hovered->image) + 1)
                           .arg(pixelText(picture, *m_hovered)));
}

QImage StageView::sheet(int magnification) const
{
    return sheetOf(m_showsAll ? m_allLayers : m_images, magnification);
}

void StageView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_readout)
        m_readout->setFont(tabularFont(font()));
}

}  // namespace diffuscope::ui
