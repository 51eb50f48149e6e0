// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/title_icon.h"

#include "ui/theme/theme_colors.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>

namespace diffuscope::ui {

namespace {

/// Strokes instead of pixels, so that the icon is crisp at every scale and right in light and dark.
class TitleIconEngine : public QIconEngine
{
public:
    explicit TitleIconEngine(TitleIcon icon) : m_icon(icon) {}

    QIconEngine* clone() const override { return new TitleIconEngine(m_icon); }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap canvas(size);
        canvas.fill(Qt::transparent);
        QPainter painter(&canvas);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return canvas;
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const ThemeColors& colors = themeColors(QGuiApplication::palette());
        const bool lit = mode == QIcon::Active || mode == QIcon::Selected;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setBrush(Qt::NoBrush);
        const qreal unit = qMin(rect.width(), rect.height()) / 16.0;
        painter->setPen(QPen(lit ? colors.text : colors.mutedText, 1.3, Qt::SolidLine, Qt::RoundCap));
        painter->translate(rect.center() + QPointF(0.5, 0.5));
        painter->scale(unit, unit);
        if (m_icon == TitleIcon::close) {
            painter->drawLine(QPointF(-3.5, -3.5), QPointF(3.5, 3.5));
            painter->drawLine(QPointF(-3.5, 3.5), QPointF(3.5, -3.5));
        } else {
            painter->drawRect(QRectF(-4, -1.5, 5.5, 5.5));
            painter->drawPolyline(QPolygonF{{-1.5, -1.5}, {-1.5, -4}, {4, -4}, {4, 1.5}, {1.5, 1.5}});
        }
        painter->restore();
    }

private:
    TitleIcon m_icon;
};

}  // namespace

QIcon titleIcon(TitleIcon icon)
{
    return QIcon(new TitleIconEngine(icon));
}

}  // namespace diffuscope::ui
