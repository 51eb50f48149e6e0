#include "ui/views/stage_view.h"

#include "ui/document/run_facts.h"
#include "ui/document/session_document.h"
#include "ui/panels/glyph_icon.h"
#include "ui/theme/fonts.h"
#include "ui/views/empty_state.h"
#include "ui/views/layer_absence.h"
#include "ui/views/layer_bar.h"
#include "ui/views/scale_bar.h"
#include "ui/views/still_label.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedLayout>
#include <QToolButton>

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
    column->addLayout(m_pages, 1);
    connectGrid();
    connectSheet();
    connectDocument();
    m_grid->setSelected(m_document.selectedImage());
    takeLayer();
}

QWidget* StageView::buildBars()
{
    auto* bars = new QWidget(this);
    auto* rows = new QVBoxLayout(bars);
    rows->setContentsMargins(8, 6, 8, 2);
    rows->setSpacing(4);
    m_layers = new LayerBar(bars);
    connect(m_layers, &LayerBar::layerChosen, this, [this](Layer layer) {
        m_document.setLayer(layer);
        m_layers->setLayer(m_document.layer());
    });
    connect(m_layers, &LayerBar::showAllToggled, this, &StageView::setShowsAllLayers);
    auto* first = new QHBoxLayout;
    first->addWidget(m_layers, 1000);
    first->addStretch(1);
    m_enlarge = new QToolButton(bars);
    m_enlarge->setObjectName(QStringLiteral("enlargeButton"));
    m_enlarge->setAutoRaise(true);
    m_enlarge->setCheckable(true);
    m_enlarge->setFocusPolicy(Qt::TabFocus);
    m_enlarge->setIcon(glyphIcon(Glyph::single));
    m_enlarge->setAccessibleName(tr("Enlarge one image"));
    m_enlarge->setToolTip(tr("Show one image large, or all of them (Return; Escape goes back)."));
    first->addWidget(m_enlarge, 0, Qt::AlignTop);
    rows->addLayout(first);
    auto* second = new QHBoxLayout;
    second->setSpacing(8);
    buildScaleRow(second);
    rows->addLayout(second);
    return bars;
}

void StageView::buildScaleRow(QHBoxLayout* row)
{
    m_range = new QComboBox(this);
    m_range->setObjectName(QStringLiteral("rangeBox"));
    m_range->setAccessibleName(tr("Range of values"));
    m_range->setToolTip(
        tr("Which values get the ends of the colour scale: the same ones in every frame, or those of "
           "each frame; each layer keeps its own choice."));
    m_range->setFocusPolicy(Qt::TabFocus);
    m_range->addItem(tr("fixed −1 … 1"), int(RangeMode::data));
    m_range->addItem(tr("fixed −3 … 3"), int(RangeMode::wide));
    m_range->addItem(tr("fixed over the run"), int(RangeMode::run));
    m_range->addItem(tr("per frame"), int(RangeMode::fit));
    row->addWidget(m_range);
    connect(m_range, &QComboBox::activated, this,
            [this] { setRangeMode(RangeMode(m_range->currentData().toInt())); });
    m_scale = new ScaleBar(this);
    m_scale->setObjectName(QStringLiteral("scaleBar"));
    m_scale->setToolTip(
        tr("The colours of this layer and the values at the ends; what lies outside is cut off."));
    row->addWidget(m_scale);
    auto* readout = new StillLabel(this);
    m_readout = &readout->label();
    m_readout->setObjectName(QStringLiteral("pixelReadout"));
    m_readout->setAccessibleName(tr("Value under the cursor"));
    m_readout->setToolTip(
        tr("The pixel under the cursor and its recorded value, before it is turned into a colour."));
    m_readout->setFont(tabularFont(font()));
    m_readout->setForegroundRole(QPalette::PlaceholderText);
    m_readout->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row->addWidget(readout, 1);
}

void StageView::connectDocument()
{
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &StageView::takeRun);
    connect(&m_document, &SessionDocument::playheadChanged, this, &StageView::refresh);
    connect(&m_document, &SessionDocument::layerChanged, this, &StageView::takeLayer);
    connect(&m_document, &SessionDocument::selectionChanged, this, [this](int image) {
        m_grid->setSelected(image);
        if (m_showsAll)
            refresh();
    });
    connect(m_ranges, &LayerRanges::changed, this, [this] {
        updateColoring();
        refresh();
    });
}

void StageView::connectGrid()
{
    connect(m_grid, &ImageGrid::imageClicked, &m_document, &SessionDocument::selectImage);
    connect(m_grid, &ImageGrid::selectionMoved, &m_document, &SessionDocument::selectImage);
    connect(m_grid, &ImageGrid::enlargeToggled, this, [this](bool enlarged) {
        m_enlarge->setChecked(enlarged);
        m_enlarge->setIcon(glyphIcon(enlarged ? Glyph::grid : Glyph::single));
        if (enlarged && m_document.selectedImage() < 0)
            m_document.selectImage(m_grid->selected());
        focusPicture();
    });
    connect(m_enlarge, &QToolButton::clicked, this, [this] {
        toggleEnlarged();
        m_enlarge->setChecked(m_grid->isEnlarged());
    });
    connect(m_grid, &ImageGrid::pixelHovered, this, [this](const ImagePixel& pixel) {
        m_hovered = pixel;
        updateReadout();
        Q_EMIT pixelHovered(pixel);
    });
    connect(m_grid, &ImageGrid::pixelPinned, this, &StageView::pixelPinned);
    for (ImageGrid* grid : {m_grid, m_sheet})
        connect(grid, &ImageGrid::pixelLeft, this, [this] {
            m_hovered.reset();
            m_sheet->setEcho(std::nullopt);
            updateReadout();
            Q_EMIT pixelLeft();
        });
}

/// Its cells are layers: choosing one shows it alone, for all images.
void StageView::connectSheet()
{
    const auto inImage = [this](const ImagePixel& pixel) {
        return ImagePixel{std::max(m_allLayers.image, 0), pixel.x, pixel.y};
    };
    connect(m_sheet, &ImageGrid::imageClicked, this, [this](int cell) {
        m_document.setLayer(allLayers().at(std::size_t(cell)));
        setShowsAllLayers(false);
    });
    connect(m_sheet, &ImageGrid::selectionMoved, this,
            [this](int cell) { m_document.setLayer(allLayers().at(std::size_t(cell))); });
    connect(m_sheet, &ImageGrid::pixelHovered, this, [this, inImage](const ImagePixel& pixel) {
        m_hovered = pixel;
        m_sheet->setEcho(QPoint(pixel.x, pixel.y));
        updateReadout();
        Q_EMIT pixelHovered(inImage(pixel));
    });
    connect(m_sheet, &ImageGrid::pixelPinned, this,
            [this, inImage](const ImagePixel& pixel) { Q_EMIT pixelPinned(inImage(pixel)); });
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
    followRanges();
    updateColoring();
    refresh();
}

void StageView::restoreRangeModes(const QString& modes)
{
    m_modes.read(modes);
    takeLayer();
}

void StageView::setShowsAllLayers(bool all)
{
    m_layers->setShowingAll(all);
    if (std::exchange(m_showsAll, all) == all)
        return;
    m_hovered.reset();
    m_pages->setCurrentIndex(all ? 1 : 0);
    followRanges();
    refresh();
    focusPicture();
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

void StageView::takeRun()
{
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
    const record::FramePtr frame = m_document.frame();
    if (!frame)
        return;
    const explain::RunReader run(factsOf(m_document.shownRun()));
    StagePicture& shown = m_showsAll ? m_allLayers : m_images;
    StagePicture wanted = describePicture(run, frame, m_document.layer(), m_showsAll ? sheetImage() : -1);
    const bool isOther = !wanted.isOf(shown);
    if (isOther) {
        wanted.atlas = std::move(shown.atlas);  // its memory is used again
        shown = std::move(wanted);
        readValues(shown, run);
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
    }
    updateReadout();
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
    const auto& recipe = *m_document.shownRun().recipe;
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
