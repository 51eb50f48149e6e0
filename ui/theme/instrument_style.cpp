// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/instrument_style.h"

#include "ui/theme/fonts.h"
#include "ui/theme/scroll_bar_style.h"
#include "ui/theme/theme_colors.h"
#include "ui/theme/title_icon.h"

#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>

namespace diffuscope::ui {

namespace {

constexpr qreal cornerRadius = 3;

/// The rectangle whose 1-px outline covers whole pixels.
QRectF outlineRect(const QRect& rect)
{
    return QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5);
}

void fillSeparator(QPainter& painter, const QRect& rect, bool isVertical, const QColor& color)
{
    if (isVertical)
        painter.fillRect(QRect(rect.center().x(), rect.top(), 1, rect.height()), color);
    else
        painter.fillRect(QRect(rect.left(), rect.center().y(), rect.width(), 1), color);
}

void drawRounded(QPainter& painter, const QRect& rect, const QColor& fill, const QColor& outline)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(outline);
    painter.setBrush(fill);
    painter.drawRoundedRect(outlineRect(rect), cornerRadius, cornerRadius);
    painter.restore();
}

void drawButtonPanel(const QStyleOption& option, QPainter& painter)
{
    const ThemeColors& colors = themeColors(option.palette);
    const bool enabled = option.state & QStyle::State_Enabled;
    const bool pressed = option.state & (QStyle::State_Sunken | QStyle::State_On);
    const bool hovered = enabled && (option.state & QStyle::State_MouseOver);
    const bool focused =
        option.state & QStyle::State_HasFocus && option.state & QStyle::State_KeyboardFocusChange;
    const auto* button = qstyleoption_cast<const QStyleOptionButton*>(&option);
    const bool isDefault = button && button->features & QStyleOptionButton::DefaultButton;
    QColor fill = pressed ? colors.separator : hovered ? colors.hover : colors.raised;
    if (!enabled)
        fill = colors.window;
    const QColor outline = focused || (isDefault && enabled) ? colors.accent
                           : enabled                         ? colors.outline
                                                             : colors.separator;
    drawRounded(painter, option.rect, fill, outline);
}

void drawToolButtonPanel(const QStyleOption& option, QPainter& painter)
{
    const ThemeColors& colors = themeColors(option.palette);
    const bool autoRaise = option.state & QStyle::State_AutoRaise;
    const bool active = option.state & (QStyle::State_Sunken | QStyle::State_On);
    const bool hovered = (option.state & QStyle::State_MouseOver) && (option.state & QStyle::State_Enabled);
    if (!autoRaise)
        drawButtonPanel(option, painter);
    else if (active || hovered)
        drawRounded(painter, option.rect, active ? colors.separator : colors.hover,
                    active ? colors.outline : colors.hover);
}

void drawCheckBox(const QStyleOption& option, QPainter& painter)
{
    const ThemeColors& colors = themeColors(option.palette);
    const bool enabled = option.state & QStyle::State_Enabled;
    const bool checked = option.state & QStyle::State_On;
    const bool hovered = enabled && option.state & QStyle::State_MouseOver;
    const QColor fill = !enabled ? colors.window : checked ? colors.accent : colors.surface;
    const QColor outline = !enabled             ? colors.separator
                           : checked || hovered ? colors.accent
                                                : colors.mutedText;
    drawRounded(painter, option.rect, fill, outline);
    if (!checked)
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(option.rect.topLeft());
    painter.scale(option.rect.width() / 14.0, option.rect.height() / 14.0);
    painter.setPen(QPen(enabled ? colors.accentText : colors.disabledText, 1.8, Qt::SolidLine, Qt::RoundCap,
                        Qt::RoundJoin));
    painter.drawPolyline(QPolygonF{{3.4, 7.2}, {6, 9.8}, {10.6, 4.4}});
    painter.restore();
}

/// A 1-px line along the side of the tab bar that touches the page.
void drawTabBarBase(const QStyleOptionTabBarBase& option, QPainter& painter)
{
    const QRect& r = option.rect;
    const QColor& line = themeColors(option.palette).separator;
    switch (option.shape) {
        case QTabBar::RoundedNorth:
        case QTabBar::TriangularNorth:
            return painter.fillRect(r.left(), r.bottom(), r.width(), 1, line);
        case QTabBar::RoundedSouth:
        case QTabBar::TriangularSouth:
            return painter.fillRect(r.left(), r.top(), r.width(), 1, line);
        case QTabBar::RoundedWest:
        case QTabBar::TriangularWest:
            return painter.fillRect(r.right(), r.top(), 1, r.height(), line);
        case QTabBar::RoundedEast:
        case QTabBar::TriangularEast:
            return painter.fillRect(r.left(), r.top(), 1, r.height(), line);
    }
}

/// A tab without walls: the chosen one bears the accent on the side of its page.
void drawTabShape(const QStyleOptionTab& tab, QPainter& painter)
{
    const ThemeColors& colors = themeColors(tab.palette);
    const bool selected = tab.state & QStyle::State_Selected;
    const QRect& r = tab.rect;
    if (!selected && tab.state & QStyle::State_MouseOver)
        painter.fillRect(r, colors.hover);
    if (!selected)
        return;
    constexpr int width = 2;
    switch (tab.shape) {
        case QTabBar::RoundedSouth:
        case QTabBar::TriangularSouth:
            return painter.fillRect(r.left(), r.top(), r.width(), width, colors.accent);
        case QTabBar::RoundedWest:
        case QTabBar::TriangularWest:
            return painter.fillRect(r.right() - width + 1, r.top(), width, r.height(), colors.accent);
        case QTabBar::RoundedEast:
        case QTabBar::TriangularEast:
            return painter.fillRect(r.left(), r.top(), width, r.height(), colors.accent);
        default:
            return painter.fillRect(r.left(), r.bottom() - width + 1, r.width(), width, colors.accent);
    }
}

void drawDockTitle(const QStyleOptionDockWidget& dock, QPainter& painter, const QRect& textRect)
{
    const ThemeColors& colors = themeColors(dock.palette);
    painter.save();
    QFont font = captionFont(painter.font());
    font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(colors.mutedText);
    const QString title = painter.fontMetrics().elidedText(dock.title, Qt::ElideRight, textRect.width());
    constexpr int indent = 8;  // titles line up with what is in their docks
    painter.drawText(textRect.adjusted(indent, 0, 0, 0),
                     int(Qt::AlignLeft | Qt::AlignVCenter | Qt::TextHideMnemonic), title);
    painter.restore();
}

}  // namespace

InstrumentStyle::InstrumentStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion")))
{
}

void InstrumentStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                    const QWidget* widget) const
{
    const ThemeColors& colors = themeColors(option->palette);
    switch (element) {
        case PE_FrameStatusBarItem:
            return;
        case PE_PanelStatusBar:
            painter->fillRect(option->rect.left(), option->rect.top(), option->rect.width(), 1,
                              colors.separator);
            return;
        case PE_IndicatorDockWidgetResizeHandle:
            // The option says horizontal for a handle between docks that lie one above the other.
            fillSeparator(*painter, option->rect, !(option->state & State_Horizontal), colors.separator);
            return;
        case PE_FrameDockWidget:
            painter->setPen(colors.separator);
            painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
            return;
        case PE_FrameTabBarBase:
            if (const auto* base = qstyleoption_cast<const QStyleOptionTabBarBase*>(option))
                drawTabBarBase(*base, *painter);
            return;
        case PE_IndicatorCheckBox:
            return drawCheckBox(*option, *painter);
        case PE_PanelButtonCommand:
            return drawButtonPanel(*option, *painter);
        case PE_PanelButtonTool:
            return drawToolButtonPanel(*option, *painter);
        case PE_FrameFocusRect:
            return drawRounded(*painter, option->rect, Qt::transparent, colors.accent);
        default:
            QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void InstrumentStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                                  const QWidget* widget) const
{
    const ThemeColors& colors = themeColors(option->palette);
    const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option);
    if (element == CE_TabBarTabShape && tab)
        return drawTabShape(*tab, *painter);
    if (element == CE_TabBarTabLabel && tab) {
        QStyleOptionTab muted(*tab);
        if (!(tab->state & State_Selected) && tab->state & State_Enabled)
            muted.palette.setColor(QPalette::WindowText, colors.mutedText);
        return QProxyStyle::drawControl(element, &muted, painter, widget);
    }
    if (element == CE_Splitter)
        return fillSeparator(*painter, option->rect, option->state & State_Horizontal, colors.separator);
    const auto* dock = qstyleoption_cast<const QStyleOptionDockWidget*>(option);
    if (element == CE_DockWidgetTitle && dock && !dock->verticalTitleBar)
        return drawDockTitle(*dock, *painter, subElementRect(SE_DockWidgetTitleBarText, option, widget));
    QProxyStyle::drawControl(element, option, painter, widget);
}

void InstrumentStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                         QPainter* painter, const QWidget* widget) const
{
    const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control == CC_Slider && slider)
        return drawSlider(*slider, *painter, widget);
    if (control == CC_ScrollBar && slider)
        return drawScrollBar(*slider, *painter);
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect InstrumentStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                                      SubControl part, const QWidget* widget) const
{
    const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control == CC_ScrollBar && slider)
        return scrollBarPart(*slider, part);
    return QProxyStyle::subControlRect(control, option, part, widget);
}

void InstrumentStyle::drawSlider(const QStyleOptionSlider& option, QPainter& painter,
                                 const QWidget* widget) const
{
    const ThemeColors& colors = themeColors(option.palette);
    const bool enabled = option.state & State_Enabled;
    const bool horizontal = option.orientation == Qt::Horizontal;
    const QRectF handle = proxy()->subControlRect(CC_Slider, &option, SC_SliderHandle, widget);
    const QRectF groove = proxy()->subControlRect(CC_Slider, &option, SC_SliderGroove, widget);
    if (option.subControls & SC_SliderTickmarks) {
        QStyleOptionSlider ticks(option);
        ticks.subControls = SC_SliderTickmarks;
        QProxyStyle::drawComplexControl(CC_Slider, &ticks, &painter, widget);
    }

    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    constexpr qreal thickness = 4;
    QRectF track =
        horizontal ? QRectF(groove.left(), groove.center().y() - thickness / 2, groove.width(), thickness)
                   : QRectF(groove.center().x() - thickness / 2, groove.top(), thickness, groove.height());
    painter.setBrush(enabled ? colors.outline : colors.separator);
    painter.drawRoundedRect(track, thickness / 2, thickness / 2);
    if (horizontal && option.upsideDown)
        track.setLeft(handle.center().x());
    else if (horizontal)
        track.setRight(handle.center().x());
    else if (option.upsideDown)
        track.setTop(handle.center().y());
    else
        track.setBottom(handle.center().y());
    if (enabled) {
        painter.setBrush(colors.accent);
        painter.drawRoundedRect(track, thickness / 2, thickness / 2);
    }

    const bool grabbed =
        option.activeSubControls & SC_SliderHandle && option.state & (State_Sunken | State_MouseOver);
    const qreal radius = grabbed ? 7.5 : 6.5;
    painter.setBrush(colors.dark ? colors.text : colors.surface);
    painter.setPen(QPen(enabled ? colors.accent : colors.outline, 1.5));
    if (!enabled)
        painter.setBrush(colors.window);
    painter.drawEllipse(handle.center(), radius, radius);
    if (option.state & State_HasFocus && option.state & State_KeyboardFocusChange) {
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(handle.center(), radius + 2, radius + 2);
    }
    painter.restore();
}

int InstrumentStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    switch (metric) {
        case PM_DockWidgetSeparatorExtent:
        case PM_SplitterWidth:
            return 5;
        case PM_ScrollBarExtent:
            return scrollBarExtent;
        case PM_DockWidgetTitleMargin:
            return 5;
        case PM_SliderThickness:
        case PM_SliderControlThickness:
        case PM_SliderLength:
            return 20;
        case PM_TabBarTabOverlap:
        case PM_TabBarTabShiftVertical:
        case PM_TabBarTabShiftHorizontal:
            return 0;
        case PM_TabBarTabHSpace:
            return 18;
        case PM_TabBarTabVSpace:
            return 10;
        default:
            return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int InstrumentStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                               QStyleHintReturn* returnData) const
{
    switch (hint) {
        case SH_Slider_AbsoluteSetButtons:
            return Qt::LeftButton | Qt::MiddleButton;  // a click on the track goes there
        case SH_EtchDisabledText:
            return 0;
        default:
            return QProxyStyle::styleHint(hint, option, widget, returnData);
    }
}

QSize InstrumentStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                        const QWidget* widget) const
{
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_ComboBox || type == CT_SpinBox || type == CT_LineEdit)
        result.setHeight(qMax(result.height(), 26));
    return result;
}

QIcon InstrumentStyle::standardIcon(StandardPixmap icon, const QStyleOption* option,
                                    const QWidget* widget) const
{
    if (icon == SP_TitleBarCloseButton || icon == SP_DockWidgetCloseButton)
        return titleIcon(TitleIcon::close);
    if (icon == SP_TitleBarNormalButton)
        return titleIcon(TitleIcon::detach);
    return QProxyStyle::standardIcon(icon, option, widget);
}

}  // namespace diffuscope::ui
