// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/rule_lists.h"

#include "core/denoise/rule_registry.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/drawn_edit.h"
#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"
#include "ui/theme/symbols.h"

#include <QCoreApplication>

namespace diffuscope::ui {

namespace {

QString tr(const char* text, int count = -1)
{
    return QCoreApplication::translate("diffuscope::ui::RuleLists", text, nullptr, count);
}

/// The entries of a registry of schedules, grids, guidance or clipping rules.
template <typename Entry>
std::vector<RuleChoice> choicesOf(const std::vector<Entry>& entries)
{
    std::vector<RuleChoice> choices;
    for (const auto& entry : entries)
        choices.push_back({entry.id,
                           QString::fromStdString(entry.displayName),
                           withHats(QString::fromStdString(entry.description)),
                           {},
                           entry.options,
                           false});
    return choices;
}

}  // namespace

std::vector<RuleChoice> scheduleChoices()
{
    std::vector<RuleChoice> choices = choicesOf(schedule::scheduleFamilies());
    choices.insert(
        choices.begin(),
        {ownScheduleId, tr("The model's own"), tr("The schedule that the model was trained on."), {}, {}});
    for (auto& choice : choices)
        choice.staysFolded = choice.id == schedule::drawnFamilyId;
    return choices;
}

QString ownScheduleName(const std::string& family)
{
    for (const auto& known : schedule::scheduleFamilies())
        if (known.id == family)
            return tr("Own: %1").arg(QString::fromStdString(known.displayName));
    return tr("The model's own");
}

std::vector<RuleChoice> gridChoices()
{
    return choicesOf(schedule::gridRules());
}

std::vector<RuleChoice> samplerChoices()
{
    std::vector<RuleChoice> choices;
    for (const auto& info : samplers::samplers()) {
        if (info.inverse)
            continue;  // no recipe of the panel can run it: every run begins in noise
        const QString tip = withHats(QString::fromStdString(info.description)) + u'\n' +
                            samplerNote(info.id) + u'\n' + QString::fromStdString(info.source);
        choices.push_back({info.id, QString::fromStdString(info.displayName), tip,
                           QString::fromStdString(info.family), info.options, false});
    }
    return choices;
}

std::vector<RuleChoice> guidanceChoices()
{
    return choicesOf(denoise::guidanceRules());
}

std::vector<RuleChoice> clippingChoices()
{
    return choicesOf(denoise::clippingRules());
}

QString samplerNote(const std::string& id)
{
    for (const auto& info : samplers::samplers()) {
        if (info.id != id)
            continue;
        const QString evaluations = info.evaluationsPerStep == 1
                                        ? tr("1 evaluation a step")
                                        : tr("%1 evaluations a step").arg(info.evaluationsPerStep);
        return tr("Order %1 · %2 · %3")
            .arg(info.order)
            .arg(evaluations, info.stochastic ? tr("draws noise") : tr("deterministic"));
    }
    return {};
}

}  // namespace diffuscope::ui
