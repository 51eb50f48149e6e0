// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/glyph_icon.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>

namespace diffuscope::ui {

namespace {

// Every glyph is drawn on a 20 × 20 field.
constexpr double glyphSide = 20;

QPainterPath triangle(double left, double right)
{
    QPainterPath path(QPointF(left, 4));
    path.lineTo(right, 10);
    path.lineTo(left, 16);
    path.closeSubpath();
    return path;
}

QPainterPath bar(double left, double width)
{
    QPainterPath path;
    path.addRect(left, 4, width, 12);
    return path;
}

QPainterPath dice()
{
    QPainterPath path;
    path.addRoundedRect(3, 3, 14, 14, 3, 3);
    for (const QPointF dot :
         {QPointF(7, 7), QPointF(13, 7), QPointF(10, 10), QPointF(7, 13), QPointF(13, 13)})
        path.addEllipse(dot, 1.4, 1.4);
    return path;
}

QPainterPath warning()
{
    QPainterPath path(QPointF(10, 2.5));
    path.lineTo(18, 17);
    path.lineTo(2, 17);
    path.closeSubpath();
    path.addRect(9.1, 8, 1.8, 4.6);
    path.addRect(9.1, 13.6, 1.8, 1.8);
    return path;
}

QPainterPath grid()
{
    QPainterPath path;
    for (const double x : {3.0, 11.0})
        for (const double y : {3.0, 11.0})
            path.addRect(x, y, 6, 6);
    return path;
}

/// An arrow that goes round: sample again.
QPainterPath runArrow()
{
    QPainterPath path;
    path.arcMoveTo(QRectF(4, 4, 12, 12), 60);
    path.arcTo(QRectF(4, 4, 12, 12), 60, 290);
    QPainterPathStroker stroker;
    stroker.setWidth(2);
    QPainterPath arrow = stroker.createStroke(path);
    QPainterPath head(QPointF(11.2, 1.2));
    head.lineTo(17.4, 4.2);
    head.lineTo(11.8, 8.2);
    head.closeSubpath();
    return arrow.united(head);
}

QPainterPath cross()
{
    QPainterPath lines(QPointF(5.5, 5.5));
    lines.lineTo(14.5, 14.5);
    lines.moveTo(14.5, 5.5);
    lines.lineTo(5.5, 14.5);
    QPainterPathStroker stroker;
    stroker.setWidth(1.8);
    stroker.setCapStyle(Qt::RoundCap);
    return stroker.createStroke(lines);
}

QPainterPath mirrored(const QPainterPath& path)
{
    return QTransform(-1, 0, 0, 1, glyphSide, 0).map(path);
}

/// Four corners that point outwards: this one, larger.
QPainterPath corners()
{
    QPainterPath lines;
    for (const double x : {3.5, 16.5})
        for (const double y : {3.5, 16.5}) {
            const double inX = x < glyphSide / 2 ? 4.5 : -4.5;
            const double inY = y < glyphSide / 2 ? 4.5 : -4.5;
            lines.moveTo(x + inX, y);
            lines.lineTo(x, y);
            lines.lineTo(x, y + inY);
        }
    QPainterPathStroker stroker;
    stroker.setWidth(1.8);
    stroker.setJoinStyle(Qt::MiterJoin);
    return stroker.createStroke(lines);
}

QPainterPath square(double margin)
{
    QPainterPath path;
    path.addRect(margin, margin, glyphSide - 2 * margin, glyphSide - 2 * margin);
    return path;
}

QPainterPath shapeOf(Glyph glyph)
{
    switch (glyph) {
        case Glyph::first:
            return mirrored(shapeOf(Glyph::last));
        case Glyph::previous:
            return mirrored(shapeOf(Glyph::next));
        case Glyph::play:
            return triangle(5.5, 16);
        case Glyph::pause:
            return bar(5, 3.5).united(bar(11.5, 3.5));
        case Glyph::next:
            return triangle(7.5, 15).united(bar(4.5, 1.8));
        case Glyph::last:
            return triangle(4.5, 13).united(bar(13.5, 2));
        case Glyph::dice:
            return dice();
        case Glyph::run:
            return runArrow();
        case Glyph::stop:
            return square(5);
        case Glyph::warning:
            return warning();
        case Glyph::close:
            return cross();
        case Glyph::grid:
            return grid();
        case Glyph::single:
            return corners();
    }
    return {};
}

class GlyphEngine : public QIconEngine
{
public:
    explicit GlyphEngine(Glyph glyph) : m_glyph(glyph), m_shape(shapeOf(glyph)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        const auto role = mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::ButtonText;
        const double side = std::min(rect.width(), rect.height());
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(rect.center() + QPointF(0.5, 0.5));
        painter->scale(side / glyphSide, side / glyphSide);
        painter->translate(-glyphSide / 2, -glyphSide / 2);
        painter->fillPath(m_shape, QGuiApplication::palette().color(group, role));
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new GlyphEngine(m_glyph); }

private:
    Glyph m_glyph;
    QPainterPath m_shape;
};

}  // namespace

QIcon glyphIcon(Glyph glyph)
{
    return QIcon(new GlyphEngine(glyph));
}

}  // namespace diffuscope::ui
