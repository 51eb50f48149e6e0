// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/layer_absence.h"

#include <QCoreApplication>

namespace diffuscope::ui {

using explain::Absence;

namespace {

QString absenceWords(const char* text)
{
    return QCoreApplication::translate("diffuscope::ui::LayerAbsence", text);
}

QString ofWholeRun(Absence absence)
{
    switch (absence) {
        case Absence::noGuidance:
            return absenceWords("This run is not guided; choose a class and a guidance scale other than 1.");
        case Absence::noNoise:
            return absenceWords(
                "This sampler adds no noise; choose one that does, such as DDPM, or raise η.");
        case Absence::learnedVariance:
            return absenceWords("The network decides how much noise each step adds, which is not recorded.");
        case Absence::firstStep:
            return absenceWords("A run of one step has no estimate before it; choose more steps.");
        default:
            return QString::fromStdString(explain::absenceText(absence));
    }
}

}  // namespace

bool isYetToCome(Absence absence)
{
    return absence == Absence::notArrived || absence == Absence::nextNotArrived ||
           absence == Absence::termsNotKnown;
}

QString missingFromRun(const explain::RunReader& run, record::Layer layer)
{
    const record::Trajectory& trajectory = *run.facts().trajectory;
    Absence reason = Absence::none;
    for (int frame = trajectory.size() - 1; frame >= 0; --frame) {
        const Absence absence = run.whyAbsent(frame, layer);
        if (absence == Absence::none || isYetToCome(absence))
            return {};
        const bool isAtAnEnd = absence == Absence::resultHasNoStep || absence == Absence::firstStep;
        if (!isAtAnEnd || (reason == Absence::none && trajectory.isComplete()))
            reason = absence;
        else if (absence == Absence::firstStep && reason == Absence::resultHasNoStep)
            reason = absence;
    }
    return ofWholeRun(reason);
}

QString missingFromFrame(Absence absence)
{
    const QString why = QString::fromStdString(explain::absenceText(absence));
    if (absence == Absence::resultHasNoStep)
        return why + QLatin1Char('\n') + absenceWords("Go one step back (←) to see it.");
    if (absence == Absence::firstStep)
        return why + QLatin1Char('\n') + absenceWords("Go one step on (→) to see it.");
    return why;
}

}  // namespace diffuscope::ui
