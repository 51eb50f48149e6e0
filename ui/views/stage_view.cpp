#include "ui/views/stage_view.h"

#include "ui/document/session_document.h"
#include "ui/panels/glyph_icon.h"
#include "ui/panels/segment_button.h"
#include "ui/theme/fonts.h"
#include "ui/theme/symbols.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QToolButton>

#include <cmath>

namespace diffuscope::ui {

using record::Layer;

StageView::StageView(SessionDocument& document, QWidget* parent) : QWidget(parent), m_document(document)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_grid = new ImageGrid(this);
    m_grid->setObjectName(QStringLiteral("imageGrid"));
    m_grid->setAccessibleName(tr("Images at the playhead"));
    column->addWidget(buildBar());
    column->addWidget(m_grid, 1);
    connectGrid();

    connect(&m_document, &SessionDocument::trajectoryChanged, this, &StageView::refresh);
    connect(&m_document, &SessionDocument::playheadChanged, this, &StageView::refresh);
    connect(&m_document, &SessionDocument::layerChanged, this, [this](Layer layer) {
        showLayer(layer);
        refresh();
    });
    connect(&m_document, &SessionDocument::selectionChanged, m_grid, &ImageGrid::setSelected);
    showLayer(m_document.layer());
    m_grid->setSelected(m_document.selectedImage());
    refresh();
}

const std::vector<Layer>& StageView::layers()
{
    static const std::vector<Layer> shown{Layer::xt, Layer::x0Hat};
    return shown;
}

QString StageView::layerSymbol(Layer layer)
{
    return layer == Layer::xt ? QStringLiteral("xₜ") : x0HatSymbol();
}

QString StageView::layerName(Layer layer)
{
    return layer == Layer::xt ? tr("State xₜ") : withHats(tr("Estimate x̂₀"));
}

QWidget* StageView::buildBar()
{
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(8, 6, 8, 2);
    row->setSpacing(8);
    buildLayerButtons(row);
    buildRangeBox(row);
    row->addStretch(1);
    m_readout = new QLabel(bar);
    m_readout->setObjectName(QStringLiteral("pixelReadout"));
    m_readout->setAccessibleName(tr("Value under the cursor"));
    m_readout->setToolTip(
        tr("The pixel under the cursor and its recorded value, before it is turned into a grey."));
    m_readout->setFont(tabularFont(font()));
    m_readout->setForegroundRole(QPalette::PlaceholderText);
    row->addWidget(m_readout);
    m_enlarge = new QToolButton(bar);
    m_enlarge->setObjectName(QStringLiteral("enlargeButton"));
    m_enlarge->setAutoRaise(true);
    m_enlarge->setCheckable(true);
    m_enlarge->setFocusPolicy(Qt::TabFocus);
    m_enlarge->setIcon(glyphIcon(Glyph::single));
    m_enlarge->setAccessibleName(tr("Enlarge one image"));
    m_enlarge->setToolTip(tr("Show one image large, or all of them (Return; Escape goes back)."));
    row->addWidget(m_enlarge);
    return bar;
}

void StageView::buildLayerButtons(QHBoxLayout* row)
{
    m_layers = new QButtonGroup(this);
    auto* segments = new QHBoxLayout;
    segments->setSpacing(2);
    int key = 1;
    for (const Layer layer : layers()) {
        auto* button = new SegmentButton(this);
        button->setObjectName(layer == Layer::xt ? QStringLiteral("layer.xt")
                                                 : QStringLiteral("layer.x0Hat"));
        button->setText(layerSymbol(layer));
        button->setAccessibleName(layerName(layer));
        button->setToolTip(
            layer == Layer::xt
                ? tr("The state that the sampler holds at this step, noise and all (%1).").arg(key)
                : tr("What the network takes the clean image to be at this step (%1).").arg(key));
        button->setMinimumWidth(44);
        button->setFont(scaledFont(font(), 1.15));
        m_layers->addButton(button, int(layer));
        segments->addWidget(button);
        ++key;
    }
    row->addLayout(segments);
    connect(m_layers, &QButtonGroup::idClicked, this, [this](int id) { m_document.setLayer(Layer(id)); });
}

void StageView::buildRangeBox(QHBoxLayout* row)
{
    m_range = new QComboBox(this);
    m_range->setObjectName(QStringLiteral("rangeBox"));
    m_range->setAccessibleName(tr("Grey range"));
    m_range->setToolTip(
        tr("Which values are shown black and white; “data” is what an image viewer would show, and "
           "nothing is stretched unless you choose “fit”."));
    m_range->setFocusPolicy(Qt::TabFocus);
    m_range->addItem(tr("data −1 … 1"), int(RangeMode::data));
    m_range->addItem(tr("wide −3 … 3"), int(RangeMode::wide));
    m_range->addItem(tr("fit each frame"), int(RangeMode::fit));
    row->addWidget(m_range);
    connect(m_range, &QComboBox::activated, this,
            [this] { setRangeMode(RangeMode(m_range->currentData().toInt())); });
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
        m_grid->setFocus();
    });
    connect(m_enlarge, &QToolButton::clicked, this, [this](bool on) {
        m_grid->setEnlarged(on);
        m_enlarge->setChecked(m_grid->isEnlarged());
    });
    connect(m_grid, &ImageGrid::pixelHovered, this, [this](const ImagePixel& pixel) {
        m_hovered = pixel;
        updateReadout();
    });
    connect(m_grid, &ImageGrid::pixelLeft, this, [this] {
        m_hovered.reset();
        updateReadout();
    });
}

void StageView::setModels(const QList<ModelEntry>& models)
{
    m_models = models;
    updateCaptions();
}

void StageView::setEmptyText(const QString& title, const QString& text)
{
    m_grid->setEmptyText(title, text);
}

void StageView::setRangeMode(RangeMode mode)
{
    if (mode == m_rangeMode)
        return;
    m_rangeMode = mode;
    m_range->setCurrentIndex(m_range->findData(int(mode)));
    refresh();
    Q_EMIT rangeModeChanged(mode);
}

void StageView::showLayer(Layer layer)
{
    if (auto* button = m_layers->button(int(layer)))
        button->setChecked(true);
}

/// Shows the frame at the playhead. What was shown stays where there is none.
void StageView::refresh()
{
    const auto frame = m_document.frame();
    if (!frame)
        return;
    const Layer layer = frame->has(m_document.layer()) ? m_document.layer() : Layer::xt;
    if (frame == m_renderedFrame && layer == m_renderedLayer && m_rangeMode == m_renderedRange)
        return;
    m_values = frame->layer(layer);
    renderAtlas(m_values.shape, m_values.values, valueRange(m_rangeMode, m_values.values), m_atlas);
    m_renderedFrame = frame;
    m_renderedLayer = layer;
    m_renderedRange = m_rangeMode;
    updateCaptions();
    m_grid->setImages(m_atlas, m_values.shape);
    updateReadout();
}

/// The class of each image, as the run that is shown was asked for.
void StageView::updateCaptions()
{
    const auto& recipe = *m_document.shownRun().recipe;
    QStringList captions;
    for (const auto& model : m_models) {
        if (model.id.toStdString() != recipe.model || recipe.condition.isNone())
            continue;
        for (int k = 0; k < m_values.shape.batch; ++k) {
            const int label = recipe.condition.classOf(k);
            captions.append(label < model.classes.size() ? model.classes[label] : QString::number(label));
        }
    }
    m_grid->setCaptions(captions);
}

void StageView::updateReadout()
{
    const auto& shape = m_values.shape;
    if (!m_hovered || m_hovered->image >= shape.batch || m_hovered->x >= shape.width ||
        m_hovered->y >= shape.height) {
        m_readout->clear();
        return;
    }
    const QLocale locale;
    QStringList values;
    const auto image = m_values.image(m_hovered->image);
    for (int channel = 0; channel < shape.channels; ++channel) {
        const std::size_t place = std::size_t(channel) * shape.pixels() +
                                  std::size_t(m_hovered->y) * std::size_t(shape.width) +
                                  std::size_t(m_hovered->x);
        values.append(locale.toString(double(image[place]), 'f', 3));
    }
    m_readout->setText(tr("image %1 · x %2, y %3 · %4")
                           .arg(m_hovered->image + 1)
                           .arg(m_hovered->x)
                           .arg(m_hovered->y)
                           .arg(values.join(QStringLiteral(", "))));
}

QImage StageView::sheet(int magnification) const
{
    const auto& shape = m_values.shape;
    if (m_atlas.isNull() || shape.batch == 0)
        return {};
    const int columns = int(std::ceil(std::sqrt(shape.batch)));
    const int rows = (shape.batch + columns - 1) / columns;
    constexpr int gap = 2;
    QImage sheet(columns * (shape.width + gap) - gap, rows * (shape.height + gap) - gap,
                 QImage::Format_RGB32);
    sheet.fill(Qt::white);
    QPainter painter(&sheet);
    for (int k = 0; k < shape.batch; ++k)
        painter.drawImage((k % columns) * (shape.width + gap), (k / columns) * (shape.height + gap), m_atlas,
                          0, k * shape.height, shape.width, shape.height);
    painter.end();
    return sheet.scaled(sheet.size() * magnification, Qt::IgnoreAspectRatio, Qt::FastTransformation);
}

void StageView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::FontChange || !m_layers)
        return;
    m_readout->setFont(tabularFont(font()));
    for (auto* button : m_layers->buttons())
        button->setFont(scaledFont(font(), 1.15));
}

}  // namespace diffuscope::ui
