// SPDX-License-Identifier: GPL-3.0-or-later
// The stage's bars, and what they and its two grids are connected to.
#include "ui/document/session_document.h"
#include "ui/stage/layer_bar.h"
#include "ui/stage/scatter_canvas.h"
#include "ui/stage/stage_view.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/glyph_icon.h"
#include "ui/widgets/scale_bar.h"
#include "ui/widgets/still_label.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace diffuscope::ui {

using record::Layer;

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
    connect(&m_document, &SessionDocument::firstLookChanged, this, &StageView::refresh);
    connect(&m_document, &SessionDocument::layerChanged, this, &StageView::takeLayer);
    connect(&m_document, &SessionDocument::selectionChanged, this, [this](int image) {
        m_grid->setSelected(image);
        m_scatter->setSelected(image);
        tellImageInView();
        if (m_showsAll)
            refresh();
    });
    const ViewState& view = m_document.view();
    connect(&view, &ViewState::rangesChanged, this, &StageView::restoreRangeModes);
    connect(&view, &ViewState::showsAllLayersChanged, this, &StageView::setShowsAllLayers);
    connect(&view, &ViewState::enlargedChanged, m_grid, &ImageGrid::setEnlarged);
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
        m_document.view().setEnlarged(enlarged);
        if (enlarged && m_document.selectedImage() < 0)
            m_document.selectImage(m_grid->selected());
        tellImageInView();
        focusPicture();
    });
    connect(m_scatter, &ScatterCanvas::sampleClicked, &m_document, &SessionDocument::selectImage);
    connect(m_scatter, &ScatterCanvas::sampleHovered, this, [this](int sample) {
        m_hovered = ImagePixel{sample, 0, 0};
        updateReadout();
    });
    connect(m_scatter, &ScatterCanvas::sampleLeft, this, [this] {
        m_hovered.reset();
        updateReadout();
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

}  // namespace diffuscope::ui
