// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recipe/guidance_curve_edit.h"

#include "core/base/error.h"
#include "core/recipe/guidance_curve.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/plot_style.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/curve_handles.h"
#include "ui/widgets/glyph_icon.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

using recipe::GuidanceCurve;
using schedule::ControlPoint;
using Points = CurveHandles::Points;

namespace {

constexpr double leastDistance = 0.01;  ///< between the progress of neighbours
constexpr std::size_t mostPoints = 50;
/// An end that is dropped this near to where the run begins or ends is meant to be there.
constexpr double snapDistance = 0.02;

double rounded(double value)
{
    return std::round(value * 100) / 100;
}

Points pointsOf(const GuidanceCurve& curve)
{
    Points points;
    for (const auto& point : curve.points())
        points.push_back({point.progress, point.scale});
    return points;
}

std::string textOf(const Points& points)
{
    std::vector<GuidanceCurve::Point> curve;
    for (const ControlPoint& point : points)
        curve.push_back({point.t, point.value});
    return GuidanceCurve(std::move(curve)).toText();
}

Points moved(Points points, std::size_t index, ControlPoint wanted)
{
    const bool first = index == 0;
    const bool last = index + 1 == points.size();
    ControlPoint& point = points[index];
    if (wanted.t != point.t) {
        const double low = first ? 0 : points[index - 1].t + leastDistance;
        const double high = last ? 1 : points[index + 1].t - leastDistance;
        double t = rounded(wanted.t);
        if (first && t < snapDistance)
            t = 0;
        if (last && t > 1 - snapDistance)
            t = 1;
        point.t = low < high ? std::clamp(t, low, high) : point.t;
    }
    if (wanted.value != point.value)
        point.value = std::clamp(rounded(wanted.value), recipe::minimumGuidance, recipe::maximumGuidance);
    return points;
}

std::pair<Points, int> added(Points points, const ControlPoint& wanted)
{
    const double t = std::clamp(rounded(wanted.t), 0.0, 1.0);
    const auto after = std::find_if(points.begin(), points.end(), [t](const ControlPoint& point) {
        return point.t > t - leastDistance / 2;
    });
    const bool isTaken = (after != points.end() && after->t < t + leastDistance - 1e-9) ||
                         (after != points.begin() && (after - 1)->t > t - leastDistance + 1e-9);
    if (isTaken || points.size() >= mostPoints)
        return {std::move(points), -1};
    const int index = int(after - points.begin());
    points.insert(after,
                  {t, std::clamp(rounded(wanted.value), recipe::minimumGuidance, recipe::maximumGuidance)});
    return {std::move(points), index};
}

}  // namespace

GuidanceCurveEdit::GuidanceCurveEdit(const QString& name, QWidget* parent) : QWidget(parent)
{
    setObjectName(name + QStringLiteral(".editor"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    makePlot();
    m_plot->setObjectName(name + QStringLiteral(".plot"));
    m_handles = new CurveHandles(*m_plot, name + QStringLiteral(".handle"));
    makeRules();
    column->addWidget(m_plot);

    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    m_field = new QLineEdit(this);
    m_field->setObjectName(name);
    m_field->setAccessibleName(tr("Curve of w as text"));
    m_field->setPlaceholderText(tr("one scale for all steps"));
    m_field->setToolTip(tr("Pairs progress:scale with rising progress from 0 to 1, e.g. 0:1, 0.4:6, 1:2."));
    m_clear = new QToolButton(this);
    m_clear->setObjectName(name + QStringLiteral(".clear"));
    m_clear->setAccessibleName(tr("One scale for all steps"));
    m_clear->setToolTip(tr("Remove the curve: one scale for all steps."));
    m_clear->setIcon(glyphIcon(Glyph::close));
    m_clear->setFocusPolicy(Qt::TabFocus);
    row->addWidget(m_field, 1);
    row->addWidget(m_clear);
    column->addLayout(row);

    connect(m_field, &QLineEdit::editingFinished, this, [this] {
        m_field->setModified(false);  // what is undone from here on is the program's
        Q_EMIT edited(m_field->text().trimmed().toStdString());
    });
    connect(m_clear, &QToolButton::clicked, this, [this] { Q_EMIT edited({}); });
    connect(m_handles, &CurveHandles::edited, this,
            [this](const Points& points) { Q_EMIT edited(textOf(points)); });
    connect(m_handles, &CurveHandles::dragBegan, this, &GuidanceCurveEdit::dragBegan);
    connect(m_handles, &CurveHandles::dragEnded, this, [this] {
        rescale();
        Q_EMIT dragEnded();
    });
    connect(m_handles, &CurveHandles::menuRequested, this, &GuidanceCurveEdit::showMenu);
    setFocusProxy(m_field);
    showCurve();
}

QSize GuidanceCurveEdit::sizeHint() const
{
    return {200, m_plot->minimumHeight() + 6 + m_field->sizeHint().height()};
}

void GuidanceCurveEdit::makePlot()
{
    m_plot = new QCustomPlot;
    m_plot->setAccessibleName(tr("Guidance scale over the run"));
    m_plot->setToolTip(
        tr("The guidance scale w over the run, from noise (0) to image (1). Drag a point, or "
           "double-click to add one."));
    m_plot->setFixedHeight(132);
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->xAxis->setRange(-0.03, 1.03);
    m_plot->xAxis->setLabel(tr("progress of the run"));
    m_plot->xAxis->setNumberFormat(QStringLiteral("gb"));
    m_plot->yAxis->setNumberFormat(QStringLiteral("gb"));
    m_plot->yAxis->ticker()->setTickCount(4);
    m_plot->xAxis->setSubTicks(false);
    m_plot->yAxis->setSubTicks(false);
    m_graph = m_plot->addGraph();
    m_plot->installEventFilter(this);
    stylePlot(*m_plot, [this] { restyle(); });
}

void GuidanceCurveEdit::makeRules()
{
    CurveRules rules;
    rules.placeOf = [](const ControlPoint& point) { return QPointF(point.t, point.value); };
    rules.pointAt = [](const QPointF& place) { return ControlPoint{place.x(), place.y()}; };
    rules.moved = moved;
    rules.added = added;
    rules.canRemove = [this](const Points& points, std::size_t) {
        return !m_text.empty() && points.size() > 2;
    };
    rules.describe = [this](const ControlPoint& point) {
        return tr("progress %1 · w %2").arg(locale().toString(point.t), locale().toString(point.value));
    };
    m_handles->setRules(std::move(rules));
}

void GuidanceCurveEdit::setText(const std::string& text)
{
    if (!m_field->hasFocus() || m_field->text().toStdString() != text)
        m_field->setText(QString::fromStdString(text));
    if (!m_field->hasFocus())
        m_field->setCursorPosition(0);
    if (text == m_text)
        return;
    m_text = text;
    showCurve();
}

void GuidanceCurveEdit::setScale(double scale)
{
    if (scale == m_scale)
        return;
    m_scale = scale;
    showCurve();
}

void GuidanceCurveEdit::showCurve()
{
    Points points{{0, m_scale}, {1, m_scale}};
    bool isCurve = true;
    try {
        if (!m_text.empty())
            points = pointsOf(GuidanceCurve::parse(m_text));
    } catch (const Error&) {
        isCurve = false;  // the notice beside the rule says what is wrong with the text
        points.clear();
    }
    QVector<double> keys;
    QVector<double> values;
    const auto add = [&](double key, double value) {
        keys.append(key);
        values.append(value);
    };
    if (isCurve) {
        add(0, points.front().value);
        for (const ControlPoint& point : points)
            add(point.t, point.value);
        add(1, points.back().value);
    }
    m_graph->setData(keys, values, true);
    m_clear->setEnabled(!m_text.empty());
    m_handles->setPoints(points);
    restyle();
    rescale();
}

void GuidanceCurveEdit::rescale()
{
    // Under a hand the axis stands still.
    if (!m_handles->isDragging()) {
        double low = 0;
        double high = 4;
        for (const ControlPoint& point : m_handles->points()) {
            low = std::min(low, 1.25 * point.value);
            high = std::max(high, 1.25 * point.value);
        }
        const double margin = 0.04 * (high - low);
        m_plot->yAxis->setRange(low - margin, high + margin);
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void GuidanceCurveEdit::restyle()
{
    const ThemeColors& colors = themeColors(m_plot->palette());
    m_graph->setPen(m_text.empty() ? QPen(colors.mutedText, 1.5, Qt::DashLine)
                                   : QPen(colors.series[2], 1.75));
}

void GuidanceCurveEdit::showMenu(int index, const QPoint& globalPosition)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QPoint pixel = m_plot->mapFromGlobal(globalPosition);
    const QPointF place(m_plot->xAxis->pixelToCoord(pixel.x()), m_plot->yAxis->pixelToCoord(pixel.y()));
    menu->addAction(index < 0 ? tr("&Add Point Here") : tr("&Add Point"), this, [this, index, place] {
        if (index < 0)
            m_handles->addAt(place);
        else
            m_handles->addAfter(index);
    });
    QAction* remove = menu->addAction(tr("&Remove Point"), this, [this, index] { m_handles->remove(index); });
    remove->setEnabled(m_handles->canRemove(index));
    menu->addSeparator();
    QAction* clear = menu->addAction(tr("&One Scale for All Steps"), this, [this] { Q_EMIT edited({}); });
    clear->setEnabled(!m_text.empty());
    menu->popup(globalPosition);
}

/// The wheel scrolls the panel around the plot.
bool GuidanceCurveEdit::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_plot && event->type() == QEvent::Wheel) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace diffuscope::ui
