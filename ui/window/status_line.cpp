// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/status_line.h"

#include "ui/document/session_document.h"
#include "ui/theme/fonts.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

/// Property of a field: what it is for.
constexpr const char* fieldName = "fieldName";
/// Over how many of the newest frames the time of an evaluation is averaged.
constexpr int averagedFrames = 20;

/// A first frame whose evaluation was known from a run before took no time, and is left out.
double millisecondsPerEvaluation(const RunUpdate& shown)
{
    const auto& trajectory = *shown.trajectory;
    double milliseconds = 0;
    int evaluations = 0;
    const int first = shown.reusedEvaluations > 0 ? 1 : 0;
    for (int k = std::max(first, trajectory.size() - averagedFrames); k < trajectory.size(); ++k) {
        milliseconds += trajectory.frames[std::size_t(k)]->networkMs;
        evaluations += trajectory.frames[std::size_t(k)]->evaluations;
    }
    return evaluations > 0 ? milliseconds / evaluations : 0;
}

QString evaluationsTip()
{
    return StatusLine::tr("How often the network was evaluated so far (NFE); a guided pair counts once.");
}

double totalSeconds(const record::Trajectory& trajectory)
{
    double milliseconds = 0;
    for (const auto& frame : trajectory.frames)
        milliseconds += frame->totalMs;
    return milliseconds / 1000;
}

}  // namespace

StatusLine::StatusLine(SessionDocument& document, QWidget* parent) : QWidget(parent), m_document(document)
{
    setObjectName(QStringLiteral("statusLine"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 2, 12, 2);
    row->setSpacing(20);
    m_state = addField("statusState", tr("State"), tr("What the newest run is doing."));
    row->addStretch(1);
    m_memory = addField(
        "statusMemory", tr("Precision of the record"),
        tr("Long runs keep evenly spaced frames as they were computed and the rest at half precision, "
           "so that they fit in memory."));
    m_rate =
        addField("statusRate", tr("Steps a second"), tr("Sampler steps a second of the run that is shown."));
    m_evaluations = addField("statusEvaluations", tr("Network evaluations"), evaluationsTip());
    m_cost = addField("statusCost", tr("Time of an evaluation"),
                      tr("What one evaluation of the network takes for the whole batch."));
    m_device = addField("statusDevice", tr("Device"), tr("What the network is computed on."));

    connect(&m_document, &SessionDocument::trajectoryChanged, this, &StatusLine::refresh);
    connect(&m_document, &SessionDocument::stateChanged, this, &StatusLine::refresh);
    connect(&m_document, &SessionDocument::samplingPausedChanged, this, &StatusLine::refresh);
    refresh();
}

QLabel* StatusLine::addField(const char* name, const QString& accessibleName, const QString& tip)
{
    auto* label = new QLabel(this);
    label->setObjectName(QLatin1String(name));
    label->setAccessibleName(accessibleName);
    label->setProperty(fieldName, accessibleName);
    label->setToolTip(tip);
    layout()->addWidget(label);
    return label;
}

void StatusLine::setDevice(const QString& device, const QString& tip)
{
    say(*m_device, device);
    if (!tip.isEmpty())
        m_device->setToolTip(tip);
    fitFields();
}

QSize StatusLine::minimumSizeHint() const
{
    return {m_state->minimumSizeHint().width(), QWidget::minimumSizeHint().height()};
}

void StatusLine::resizeEvent(QResizeEvent*)
{
    fitFields();
}

/// Leaves out what says least of the run where not everything has room.
void StatusLine::fitFields()
{
    const int spacing = layout()->spacing();
    const auto margins = layout()->contentsMargins();
    int room = width() - margins.left() - margins.right() - m_state->sizeHint().width();
    bool fits = true;
    for (QLabel* field : {m_evaluations, m_rate, m_cost, m_device, m_memory}) {
        const int needed = field->text().isEmpty() ? 0 : field->sizeHint().width() + spacing;
        room -= needed;
        fits = fits && room >= 0;
        field->setVisible(needed > 0 && fits);
    }
}

QString StatusLine::memoryNote(const RunUpdate& update)
{
    const int interval = update.trajectory->keyInterval;
    if (interval <= 1)
        return {};
    return tr("full precision: every %1. frame").arg(interval);
}

/// "Sampling 97 / 1000 · 80 s left": steps are counted from 1, as everywhere; what is short is not
/// predicted.
QString StatusLine::stateText() const
{
    constexpr double leastPredictedSeconds = 2;
    const QLocale locale;
    const RunUpdate& shown = m_document.shownRun();
    const auto& trajectory = *shown.trajectory;
    const int steps = std::max(trajectory.plannedFrames - 1, 0);
    const int step = std::min(trajectory.size(), steps);
    switch (m_document.state()) {
        case RunState::idle:
            return tr("Ready");
        case RunState::running: {
            if (!shown.isRunning())
                return tr("Sampling…");
            if (m_document.isSamplingPaused())
                return tr("Held at step %1 / %2 · Shift+Space goes on").arg(step).arg(steps);
            const QString text = tr("Sampling %1 / %2").arg(step).arg(steps);
            const double seconds = shown.stepsPerSecond > 0 ? (steps - step) / shown.stepsPerSecond : 0;
            if (seconds < leastPredictedSeconds)
                return text;
            return tr("%1 · %2 s left").arg(text, locale.toString(std::ceil(seconds), 'f', 0));
        }
        case RunState::finished: {
            const QString seconds = locale.toString(totalSeconds(trajectory), 'f', 2);
            return shown.isFromMemory ? tr("From memory (%1 s when sampled)").arg(seconds)
                                      : tr("Finished in %1 s").arg(seconds);
        }
        case RunState::cancelled:
            return tr("Stopped");
        case RunState::failed:
            return tr("Failed");
    }
    return {};
}

/// A screen reader hears what a field says, not only what it is for; the end of a run is announced.
void StatusLine::say(QLabel& field, const QString& text)
{
    if (field.text() == text)
        return;
    field.setText(text);
    const QString name = field.property(fieldName).toString();
    field.setAccessibleName(text.isEmpty() ? name : tr("%1: %2").arg(name, text));
    if (&field == m_state && m_document.state() != RunState::running) {
        QAccessibleEvent announcement(&field, QAccessible::Alert);
        QAccessible::updateAccessibility(&announcement);
    }
}

void StatusLine::refresh()
{
    const QLocale locale;
    const RunUpdate& shown = m_document.shownRun();
    const auto& trajectory = *shown.trajectory;
    say(*m_state, stateText());
    const bool any = trajectory.size() > 0;
    say(*m_rate, any && shown.stepsPerSecond > 0 && !shown.isFromMemory
                     ? tr("%1 steps/s").arg(locale.toString(shown.stepsPerSecond, 'f', 1))
                     : QString());
    say(*m_evaluations, any ? tr("NFE %1").arg(locale.toString(shown.evaluations)) : QString());
    m_evaluations->setToolTip(
        shown.from && shown.reusedEvaluations > 0
            ? evaluationsTip() + u' ' +
                  tr("%1 of them were made before, by the run that this branch leaves.")
                      .arg(shown.reusedEvaluations)
        : shown.reusedEvaluations > 0
            ? evaluationsTip() + u' ' +
                  tr("The first one is that of a run before, which was asked the same, and took no time.")
            : evaluationsTip());
    const double cost = millisecondsPerEvaluation(shown);
    say(*m_cost, cost > 0 ? tr("%1 ms/evaluation").arg(locale.toString(cost, 'f', 1)) : QString());
    say(*m_memory, memoryNote(shown));
    fitFields();
}

}  // namespace diffuscope::ui
