// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/drawn_schedule_editor.h"

#include "core/base/error.h"
#include "core/schedule/schedule_registry.h"
#include "ui/document/session_document.h"
#include "ui/theme/plot_library.h"
#include "ui/widgets/curve_handles.h"
#include "ui/widgets/number_text.h"

#include <QMenu>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

using schedule::ControlPoint;
using schedule::DrawnQuantity;
using schedule::DrawnSchedule;

namespace {

QAction* addAction(QMenu& menu, const QString& name, const QString& text)
{
    QAction* action = menu.addAction(text);
    action->setObjectName(name);
    return action;
}

}  // namespace

DrawnScheduleEditor::DrawnScheduleEditor(SessionDocument& document, QCustomPlot& plot)
    : QObject(&plot),
      m_document(document),
      m_plot(plot),
      m_handles(new CurveHandles(plot, QStringLiteral("scheduleHandle"))),
      m_menu(new QMenu(&plot))
{
    m_menu->setObjectName(QStringLiteral("drawMenu"));
    makeRules();
    m_handles->setTipWhileDragging(false);  // hint() has them
    connect(m_menu, &QMenu::aboutToShow, this, [this] {
        m_menu->clear();
        fillMenu(*m_menu, m_handles->current(), std::nullopt);
    });
    connect(m_handles, &CurveHandles::edited, this, &DrawnScheduleEditor::write);
    connect(m_handles, &CurveHandles::dragBegan, &m_document, &SessionDocument::beginGesture);
    connect(m_handles, &CurveHandles::dragEnded, this, [this] {
        m_document.endGesture();
        Q_EMIT changed();
    });
    connect(m_handles, &CurveHandles::attentionChanged, this, [this](int index) {
        m_attention = index;
        Q_EMIT hintChanged();
    });
    connect(m_handles, &CurveHandles::menuRequested, this, &DrawnScheduleEditor::showMenu);
    connect(&m_document, &SessionDocument::recipeChanged, this, &DrawnScheduleEditor::takeRecipe);
    takeRecipe();
}

void DrawnScheduleEditor::setTraining(std::shared_ptr<const schedule::NoiseSchedule> training)
{
    m_training = std::move(training);
}

void DrawnScheduleEditor::setCurveSet(CurveSet set)
{
    m_set = set;
    m_handles->setPoints(isDrawing() && set != CurveSet::beta ? m_drawn.points : CurveHandles::Points{});
    Q_EMIT hintChanged();
}

bool DrawnScheduleEditor::isDragging() const
{
    return m_handles->isDragging();
}

void DrawnScheduleEditor::takeRecipe()
{
    const auto& spec = m_document.recipe().schedule;
    const bool wasDrawing = isDrawing();
    std::shared_ptr<const schedule::NoiseSchedule> made;
    DrawnSchedule drawn;
    if (spec && spec->family == schedule::drawnFamilyId) {
        try {
            drawn = schedule::drawnFromOptions(spec->options);
            if (wasDrawing && drawn == m_drawn)
                return;
            made = std::make_shared<const schedule::NoiseSchedule>(schedule::makeSchedule(*spec));
        } catch (const Error&) {
            // Points that were typed and make no schedule: the recipe panel says why.
        }
    }
    if (!made && !wasDrawing)
        return;
    m_drawn = std::move(drawn);
    m_schedule = std::move(made);
    setCurveSet(m_set);
    if (!wasDrawing)
        Q_EMIT drawingBegan();
    Q_EMIT changed();
}

double DrawnScheduleEditor::valueOf(const ControlPoint& point) const
{
    const auto in = [&](DrawnQuantity quantity) {
        return schedule::convertedValue(point.value, m_drawn.quantity, quantity);
    };
    switch (m_set) {
        case CurveSet::coefficients:
            return std::sqrt(in(DrawnQuantity::alphaBar));
        case CurveSet::snr:
            return std::exp(in(DrawnQuantity::logSnr));
        case CurveSet::noiseToSignal:
            return std::exp(-in(DrawnQuantity::logSnr) / 2);
        default:
            return in(DrawnQuantity::alphaBar);
    }
}

double DrawnScheduleEditor::drawnValueAt(double plotted) const
{
    if (m_set == CurveSet::snr || m_set == CurveSet::noiseToSignal) {
        const double logSnr = m_set == CurveSet::snr ? std::log(plotted) : -2 * std::log(plotted);
        return schedule::convertedValue(logSnr, DrawnQuantity::logSnr, m_drawn.quantity);
    }
    const auto range = schedule::drawnRange(DrawnQuantity::alphaBar);
    const double root = std::max(plotted, 0.0);
    const double alphaBar =
        std::clamp(m_set == CurveSet::coefficients ? root * root : plotted, range.least, range.most);
    return schedule::convertedValue(alphaBar, DrawnQuantity::alphaBar, m_drawn.quantity);
}

QString DrawnScheduleEditor::describe(const ControlPoint& point) const
{
    const auto in = [&](DrawnQuantity quantity) {
        return schedule::convertedValue(point.value, m_drawn.quantity, quantity);
    };
    const QLocale locale = m_plot.locale();
    return tr("t %1 · ᾱ %2 · log-SNR %3")
        .arg(locale.toString(std::round(point.t * (m_drawn.levels - 1))),
             numberText(in(DrawnQuantity::alphaBar), locale),
             locale.toString(in(DrawnQuantity::logSnr), 'f', 2).replace(u'-', QChar(0x2212)));
}

QString DrawnScheduleEditor::hint() const
{
    if (!isDrawing())
        return {};
    if (m_set == CurveSet::beta)
        return tr("Points are drawn in ᾱ, √ᾱ, SNR and σ/α.");
    if (m_attention >= 0 && m_attention < int(m_drawn.points.size()))
        return describe(m_drawn.points[std::size_t(m_attention)]);
    return tr("Drag a point, or double-click to add one.");
}

void DrawnScheduleEditor::makeRules()
{
    CurveRules rules;
    rules.placeOf = [this](const ControlPoint& point) {
        return QPointF(point.t * (m_drawn.levels - 1), valueOf(point));
    };
    rules.pointAt = [this](const QPointF& place) {
        return ControlPoint{place.x() / (m_drawn.levels - 1), drawnValueAt(place.y())};
    };
    rules.moved = [this](const CurveHandles::Points& points, std::size_t index, ControlPoint wanted) {
        // What is not moved keeps the digits that were typed.
        const ControlPoint rounded = schedule::roundedPoint(wanted, m_drawn.quantity);
        if (wanted.t != points[index].t)
            wanted.t = rounded.t;
        if (wanted.value != points[index].value)
            wanted.value = rounded.value;
        return schedule::movedControlPoint(points, index, wanted, m_drawn.quantity);
    };
    rules.added = [this](const CurveHandles::Points& points, const ControlPoint& wanted) {
        return schedule::withControlPoint(points, wanted, m_drawn.quantity);
    };
    rules.canRemove = [](const CurveHandles::Points& points, std::size_t index) {
        return index > 0 && index + 1 < points.size();
    };
    rules.describe = [this](const ControlPoint& point) { return describe(point); };
    m_handles->setRules(std::move(rules));
}

void DrawnScheduleEditor::write(const std::vector<ControlPoint>& points)
{
    recipe::Recipe recipe = m_document.recipe();
    DrawnSchedule drawn = m_drawn;
    drawn.points = points;
    recipe.schedule = schedule::ScheduleSpec{schedule::drawnFamilyId, schedule::toOptions(drawn)};
    m_document.setRecipe(recipe);
}

void DrawnScheduleEditor::startFrom(const schedule::ScheduleSpec& source)
{
    recipe::Recipe recipe = m_document.recipe();
    recipe.schedule = schedule::drawnSpecAfter(source, m_drawn.quantity);
    m_document.setRecipe(recipe);
}

void DrawnScheduleEditor::startFromTraining()
{
    if (!m_training)
        return startFrom({});
    recipe::Recipe recipe = m_document.recipe();
    const auto drawn = schedule::drawnAfter(*m_training, m_drawn.quantity);
    recipe.schedule = schedule::ScheduleSpec{schedule::drawnFamilyId, schedule::toOptions(drawn)};
    m_document.setRecipe(recipe);
}

/// From the curve that is there.
void DrawnScheduleEditor::begin()
{
    const auto used = m_document.recipe().schedule;
    try {
        if (used)
            return startFrom(*used);
    } catch (const Error&) {
        // Typed points or options that make no schedule.
    }
    startFromTraining();
}

void DrawnScheduleEditor::takeBack()
{
    recipe::Recipe recipe = m_document.recipe();
    recipe.schedule.reset();
    m_document.setRecipe(recipe);
}

void DrawnScheduleEditor::fillMenu(QMenu& menu, int index, std::optional<QPointF> place)
{
    if (!isDrawing()) {
        connect(addAction(menu, QStringLiteral("draw.begin"), tr("&Draw This Schedule by Hand")),
                &QAction::triggered, this, &DrawnScheduleEditor::begin);
        return;
    }
    auto* add = addAction(menu, QStringLiteral("draw.add"), place ? tr("&Add Point Here") : tr("&Add Point"));
    connect(add, &QAction::triggered, this, [this, index, place] {
        if (place)
            m_handles->addAt(*place);
        else
            m_handles->addAfter(index);
    });
    add->setEnabled(m_set != CurveSet::beta);
    auto* remove = addAction(menu, QStringLiteral("draw.remove"), tr("&Remove Point"));
    connect(remove, &QAction::triggered, this, [this, index] { m_handles->remove(index); });
    remove->setEnabled(m_handles->canRemove(index));
    menu.addSeparator();
    QMenu* from = menu.addMenu(tr("&Start From"));
    from->setObjectName(QStringLiteral("draw.from"));
    if (m_training) {
        connect(addAction(*from, QStringLiteral("draw.from.own"), tr("The Model's Own Schedule")),
                &QAction::triggered, this, &DrawnScheduleEditor::startFromTraining);
        from->addSeparator();
    }
    for (const auto& family : schedule::scheduleFamilies()) {
        if (family.id == schedule::drawnFamilyId)
            continue;
        const QString id = QString::fromStdString(family.id);
        connect(
            addAction(*from, QStringLiteral("draw.from.") + id, QString::fromStdString(family.displayName)),
            &QAction::triggered, this, [this, family = family.id] {
                startFrom({family, {}});
            });
    }
    menu.addSeparator();
    connect(addAction(menu, QStringLiteral("draw.own"), tr("&Back to the Model's Own Schedule")),
            &QAction::triggered, this, &DrawnScheduleEditor::takeBack);
}

void DrawnScheduleEditor::showMenu(int index, const QPoint& globalPosition)
{
    std::optional<QPointF> place;
    const QPoint pixel = m_plot.mapFromGlobal(globalPosition);
    if (index < 0 && m_plot.axisRect()->rect().contains(pixel))
        place = QPointF(m_plot.xAxis->pixelToCoord(pixel.x()), m_plot.yAxis->pixelToCoord(pixel.y()));
    auto* menu = new QMenu(&m_plot);
    menu->setObjectName(QStringLiteral("drawContextMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillMenu(*menu, index, place);
    menu->popup(globalPosition);
}

}  // namespace diffuscope::ui
