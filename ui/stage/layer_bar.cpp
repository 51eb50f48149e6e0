// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stage/layer_bar.h"

#include "ui/theme/fonts.h"
#include "ui/theme/layer_colors.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/layers.h"
#include "ui/widgets/segment_button.h"
#include "ui/widgets/uniform_flow_layout.h"

#include <QEvent>
#include <QPainter>
#include <QTextDocumentFragment>

namespace diffuscope::ui {

namespace {

/// A segment with a line of its layer's colour in it.
class LayerButton : public SegmentButton
{
public:
    LayerButton(record::Layer layer, QWidget* parent) : SegmentButton(parent), m_layer(layer)
    {
        setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    }

    QSize sizeHint() const override { return SegmentButton::sizeHint() + QSize(0, 3); }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        SegmentButton::paintEvent(event);
        if (!isEnabled())
            return;
        QPainter painter(this);
        painter.fillRect(QRect(5, height() - 6, width() - 10, 3),
                         isChecked() ? themeColors(palette()).accentText : layerColor(m_layer, palette()));
    }

private:
    record::Layer m_layer;
};

}  // namespace

LayerBar::LayerBar(QWidget* parent) : QWidget(parent)
{
    auto* cells = new UniformFlowLayout(this);
    cells->setContentsMargins(0, 0, 0, 0);
    cells->setSpacing(2);
    for (const record::Layer layer : allLayers()) {
        auto* button = new LayerButton(layer, this);
        button->setObjectName(QStringLiteral("layer.") + layerId(layer));
        button->setText(layerSymbol(layer));
        button->setAccessibleName(layerName(layer));
        connect(button, &QToolButton::clicked, this, [this, layer] { Q_EMIT layerChosen(layer); });
        m_buttons.push_back(button);
        cells->addWidget(button);
        setMissing(layer, {});
    }
    m_all = new SegmentButton(this);
    m_all->setObjectName(QStringLiteral("allLayersButton"));
    m_all->setText(tr("All"));
    m_all->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    m_all->setAccessibleName(tr("All layers of one image"));
    m_all->setToolTip(
        richTip(tr("Show all ten layers of one image side by side, or one layer of all images (A).")));
    connect(m_all, &QToolButton::clicked, this, &LayerBar::showAllToggled);
    cells->addWidget(m_all);
    updateFonts();
}

void LayerBar::setLayer(record::Layer layer)
{
    for (std::size_t i = 0; i < m_buttons.size(); ++i)
        m_buttons[i]->setChecked(allLayers()[i] == layer);
}

void LayerBar::setShowingAll(bool all)
{
    m_all->setChecked(all);
}

void LayerBar::setMissing(record::Layer layer, const QString& reason)
{
    QToolButton& button = *m_buttons[std::size_t(layerPlace(layer))];
    const QString key = layerShortcut(layer).toString(QKeySequence::NativeText);
    const QString tip =
        richTip(QStringLiteral("%1 (%2)").arg(layerTip(layer), key) +
                (reason.isEmpty() ? QString() : QStringLiteral("<br>") + reason.toHtmlEscaped()));
    if (button.isEnabled() == reason.isEmpty() && button.toolTip() == tip)
        return;
    button.setEnabled(reason.isEmpty());
    button.setToolTip(tip);
    button.setAccessibleDescription(
        reason.isEmpty() ? QTextDocumentFragment::fromHtml(layerTip(layer)).toPlainText() : reason);
}

void LayerBar::updateFonts()
{
    for (QToolButton* button : m_buttons)
        button->setFont(scaledFont(font(), 1.15));
    // On a large screen buttons as wide as they would get are far apart.
    setMaximumWidth(layout()->sizeHint().width() * 5 / 4);
}

void LayerBar::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateFonts();
}

}  // namespace diffuscope::ui
