// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/equation/formula_boxes.h"

#include "ui/theme/layer_colors.h"

#include <QFontMetricsF>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui::boxes {

namespace {

constexpr double scriptScale = 0.72;
constexpr double fractionScale = 0.88;
constexpr double smallestScale = 0.6;

QFont scaled(const QFont& font, double scale, bool italic)
{
    QFont result = font;
    if (font.pixelSize() > 0)
        result.setPixelSize(std::max(1, int(std::lround(font.pixelSize() * scale))));
    else
        result.setPointSizeF(font.pointSizeF() * scale);
    result.setItalic(italic);
    return result;
}

double inner(double scale, double factor)
{
    return std::max(smallestScale, scale * factor);
}

/// The height of the line that fractions and operators are centred on.
double axisHeight(const QFontMetricsF& metrics)
{
    return metrics.xHeight() * 0.55;
}

class TextBox final : public FormulaBox
{
public:
    TextBox(QString text, bool italic) : m_text(std::move(text)), m_italic(italic) {}

    void measure(const QFont& font, double scale) override
    {
        m_font = scaled(font, scale, m_italic);
        const QFontMetricsF metrics(m_font);
        width = metrics.horizontalAdvance(m_text);
        ascent = metrics.capHeight() * 1.12;
        descent = metrics.descent() * 0.9;
        for (const QChar letter : m_text)
            if (letter == u'∑' || letter == u'∫' || letter == u'(' || letter == u')')
                ascent = std::max(ascent, metrics.ascent() * 0.92);
    }
    void paint(QPainter& painter, QPointF baseline, const QColor& color, const QPalette&) const override
    {
        painter.setFont(m_font);
        painter.setPen(color);
        painter.drawText(baseline, m_text);
    }
    QString plainText() const override { return m_text; }

private:
    QString m_text;
    bool m_italic;
    QFont m_font;
};

/// + − = between spaces: with room around it, and a place for a line to end.
class OperatorBox final : public FormulaBox
{
public:
    explicit OperatorBox(QString sign) : m_sign(std::move(sign)) {}

    void measure(const QFont& font, double scale) override
    {
        m_font = scaled(font, scale, false);
        const QFontMetricsF metrics(m_font);
        m_gap = metrics.horizontalAdvance(u'0') * 0.42;
        width = metrics.horizontalAdvance(m_sign) + 2 * m_gap;
        ascent = metrics.capHeight();
        descent = 0;
    }
    void paint(QPainter& painter, QPointF baseline, const QColor& color, const QPalette&) const override
    {
        painter.setFont(m_font);
        painter.setPen(color);
        painter.drawText(baseline + QPointF(m_gap, 0), m_sign);
    }
    QString plainText() const override { return u' ' + m_sign + u' '; }
    bool breaksBefore() const override { return true; }
    double leadingGap() const override { return m_gap; }

private:
    QString m_sign;
    QFont m_font;
    double m_gap = 0;
};

class GapBox final : public FormulaBox
{
public:
    /// `share` of a digit's width.
    GapBox(double share, bool breaks) : m_share(share), m_breaks(breaks) {}

    void measure(const QFont& font, double scale) override
    {
        width = QFontMetricsF(scaled(font, scale, false)).horizontalAdvance(u'0') * m_share;
    }
    void paint(QPainter&, QPointF, const QColor&, const QPalette&) const override {}
    QString plainText() const override { return QStringLiteral(" "); }
    bool breaksBefore() const override { return m_breaks; }
    double leadingGap() const override { return m_breaks ? width : 0; }

private:
    double m_share;
    bool m_breaks;
};

/// Boxes side by side, in a colour of their own if they belong to a layer.
class RowBox final : public FormulaBox
{
public:
    explicit RowBox(FormulaBoxes boxes, std::optional<record::Layer> layer = {})
        : m_boxes(std::move(boxes)), m_layer(layer)
    {
    }

    void measure(const QFont& font, double scale) override
    {
        width = ascent = descent = 0;
        for (const auto& box : m_boxes) {
            box->measure(font, scale);
            width += box->width;
            ascent = std::max(ascent, box->ascent);
            descent = std::max(descent, box->descent);
        }
    }
    void paint(QPainter& painter, QPointF baseline, const QColor& color,
               const QPalette& palette) const override
    {
        const QColor own = m_layer ? layerColor(*m_layer, palette) : color;
        for (const auto& box : m_boxes) {
            box->paint(painter, baseline, own, palette);
            baseline.rx() += box->width;
        }
    }
    QString plainText() const override
    {
        QString text;
        for (const auto& box : m_boxes)
            text += box->plainText();
        return text;
    }

private:
    FormulaBoxes m_boxes;
    std::optional<record::Layer> m_layer;
};

class ScriptBox final : public FormulaBox
{
public:
    ScriptBox(BoxPtr base, BoxPtr below, BoxPtr above)
        : m_base(std::move(base)), m_below(std::move(below)), m_above(std::move(above))
    {
    }

    void measure(const QFont& font, double scale) override
    {
        const QFontMetricsF metrics(scaled(font, scale, false));
        m_base->measure(font, scale);
        width = m_base->width;
        ascent = m_base->ascent;
        descent = m_base->descent;
        double scripts = 0;
        if (m_below) {
            m_below->measure(font, inner(scale, scriptScale));
            m_drop = metrics.xHeight() * 0.42 + std::max(0.0, m_base->descent - metrics.descent());
            descent = std::max(descent, m_drop + m_below->descent);
            scripts = m_below->width;
        }
        if (m_above) {
            m_above->measure(font, inner(scale, scriptScale));
            m_rise = std::max(metrics.xHeight() * 0.85, m_base->ascent - m_above->ascent * 0.55);
            ascent = std::max(ascent, m_rise + m_above->ascent);
            scripts = std::max(scripts, m_above->width);
        }
        m_gap = metrics.xHeight() * 0.06;
        width += scripts + 2 * m_gap;
    }
    void paint(QPainter& painter, QPointF baseline, const QColor& color,
               const QPalette& palette) const override
    {
        m_base->paint(painter, baseline, color, palette);
        const QPointF right = baseline + QPointF(m_base->width + m_gap, 0);
        if (m_below)
            m_below->paint(painter, right + QPointF(0, m_drop), color, palette);
        if (m_above)
            m_above->paint(painter, right - QPointF(0, m_rise), color, palette);
    }
    QString plainText() const override
    {
        const auto script = [](const BoxPtr& box, QChar sign) {
            if (!box)
                return QString();
            const QString text = box->plainText();
            return text.size() == 1 ? sign + text : QStringLiteral("%1(%2)").arg(sign).arg(text);
        };
        return m_base->plainText() + script(m_below, u'_') + script(m_above, u'^');
    }

private:
    BoxPtr m_base;
    BoxPtr m_below;
    BoxPtr m_above;
    double m_drop = 0;
    double m_rise = 0;
    double m_gap = 0;
};

class FractionBox final : public FormulaBox
{
public:
    FractionBox(BoxPtr above, BoxPtr below) : m_above(std::move(above)), m_below(std::move(below)) {}

    void measure(const QFont& font, double scale) override
    {
        const QFontMetricsF metrics(scaled(font, scale, false));
        m_axis = axisHeight(metrics);
        m_gap = metrics.xHeight() * 0.28;
        m_stroke = std::max(1.0, metrics.xHeight() * 0.1);
        m_above->measure(font, inner(scale, fractionScale));
        m_below->measure(font, inner(scale, fractionScale));
        width = std::max(m_above->width, m_below->width) + 3 * m_gap;
        ascent = m_axis + m_gap + m_above->descent + m_above->ascent;
        descent = m_gap + m_below->ascent + m_below->descent - m_axis;
    }
    void paint(QPainter& painter, QPointF baseline, const QColor& color,
               const QPalette& palette) const override
    {
        const double middle = baseline.x() + width / 2;
        m_above->paint(painter,
                       {middle - m_above->width / 2, baseline.y() - m_axis - m_gap - m_above->descent}, color,
                       palette);
        m_below->paint(painter,
                       {middle - m_below->width / 2, baseline.y() - m_axis + m_gap + m_below->ascent}, color,
                       palette);
        painter.setPen(QPen(color, m_stroke, Qt::SolidLine, Qt::FlatCap));
        const double y = baseline.y() - m_axis;
        painter.drawLine(QPointF(baseline.x() + m_gap / 2, y), QPointF(baseline.x() + width - m_gap / 2, y));
    }
    QString plainText() const override
    {
        return QStringLiteral("(%1)/(%2)").arg(m_above->plainText(), m_below->plainText());
    }

private:
    BoxPtr m_above;
    BoxPtr m_below;
    double m_axis = 0;
    double m_gap = 0;
    double m_stroke = 1;
};

class RootBox final : public FormulaBox
{
public:
    explicit RootBox(BoxPtr content) : m_content(std::move(content)) {}

    void measure(const QFont& font, double scale) override
    {
        const double x = QFontMetricsF(scaled(font, scale, false)).xHeight();
        m_content->measure(font, scale);
        m_sign = x * 1.05;
        m_gap = x * 0.34;
        m_stroke = std::max(1.0, x * 0.1);
        width = m_sign + m_content->width + m_gap;
        ascent = m_content->ascent + m_gap + m_stroke;
        descent = m_content->descent;
    }
    void paint(QPainter& painter, QPointF baseline, const QColor& color,
               const QPalette& palette) const override
    {
        m_content->paint(painter, baseline + QPointF(m_sign, 0), color, palette);
        const double top = baseline.y() - m_content->ascent - m_gap * 0.6;
        const double bottom = baseline.y() + m_content->descent * 0.75;
        const double middle = bottom - (bottom - top) * 0.42;
        QPainterPath path(QPointF(baseline.x() + m_stroke, middle + m_stroke));
        path.lineTo(baseline.x() + m_sign * 0.28, middle);
        path.lineTo(baseline.x() + m_sign * 0.52, bottom);
        path.lineTo(baseline.x() + m_sign * 0.92, top);
        path.lineTo(baseline.x() + width - m_gap * 0.3, top);
        painter.setPen(QPen(color, m_stroke, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(path);
    }
    QString plainText() const override { return QStringLiteral("√(%1)").arg(m_content->plainText()); }

private:
    BoxPtr m_content;
    double m_sign = 0;
    double m_gap = 0;
    double m_stroke = 1;
};

/// A sign over a letter, drawn, so that it sits right in every font.
class AccentBox final : public FormulaBox
{
public:
    AccentBox(BoxPtr base, QChar combining) : m_base(std::move(base)), m_combining(combining) {}

    void measure(const QFont& font, double scale) override
    {
        const QFontMetricsF metrics(scaled(font, scale, false));
        m_x = metrics.xHeight();
        m_base->measure(font, scale);
        width = m_base->width;
        ascent = std::max(m_base->ascent, m_x * 1.5);
        descent = m_base->descent;
    }
    void paint(QPainter& painter, QPointF baseline, const QColor& color,
               const QPalette& palette) const override
    {
        m_base->paint(painter, baseline, color, palette);
        const double middle = baseline.x() + width / 2 + m_x * 0.1;  // italics lean to the right
        const double y = baseline.y() - m_x * 1.22;
        const double half = std::min(width * 0.42, m_x * 0.42);
        QPainterPath path;
        if (m_combining == QChar(0x0302)) {
            path.moveTo(middle - half, y);
            path.lineTo(middle, y - m_x * 0.3);
            path.lineTo(middle + half, y);
        } else if (m_combining == QChar(0x0303)) {
            path.moveTo(middle - half, y);
            path.cubicTo(middle - half * 0.4, y - m_x * 0.4, middle + half * 0.4, y + m_x * 0.2,
                         middle + half, y - m_x * 0.15);
        } else {
            path.moveTo(middle - half, y - m_x * 0.06);
            path.lineTo(middle + half, y - m_x * 0.06);
        }
        painter.setPen(QPen(color, std::max(1.0, m_x * 0.13), Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(path);
    }
    QString plainText() const override { return m_base->plainText() + m_combining; }

private:
    BoxPtr m_base;
    QChar m_combining;
    double m_x = 0;
};

}  // namespace

BoxPtr text(const QString& letters, bool italic)
{
    return std::make_unique<TextBox>(letters, italic);
}

BoxPtr operatorSign(const QString& sign)
{
    return std::make_unique<OperatorBox>(sign);
}

BoxPtr gap()
{
    return std::make_unique<GapBox>(0.3, false);
}

BoxPtr wordGap()
{
    return std::make_unique<GapBox>(0.5, true);
}

BoxPtr row(FormulaBoxes content, std::optional<record::Layer> layer)
{
    return std::make_unique<RowBox>(std::move(content), layer);
}

BoxPtr scripts(BoxPtr base, BoxPtr below, BoxPtr above)
{
    return std::make_unique<ScriptBox>(std::move(base), std::move(below), std::move(above));
}

BoxPtr fraction(BoxPtr above, BoxPtr below)
{
    return std::make_unique<FractionBox>(std::move(above), std::move(below));
}

BoxPtr root(BoxPtr content)
{
    return std::make_unique<RootBox>(std::move(content));
}

BoxPtr accent(BoxPtr base, QChar combining)
{
    return std::make_unique<AccentBox>(std::move(base), combining);
}

}  // namespace diffuscope::ui::boxes
