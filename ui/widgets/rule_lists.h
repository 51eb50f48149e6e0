// SPDX-License-Identifier: GPL-3.0-or-later
// The registries of core as choices of the recipe panel.
#pragma once

#include "core/base/option.h"

#include <QString>

#include <string>
#include <vector>

namespace diffuscope::ui {

/// One entry of the choice.
struct RuleChoice
{
    std::string id;
    QString name;
    QString tip;     ///< plain sentences
    QString family;  ///< heading it is listed under; none if empty
    std::vector<base::Option> options;
    /// Its options stay folded though they differ from their defaults: they are edited elsewhere.
    bool staysFolded = false;
};

/// The id of "the schedule the model was trained on" among the schedules.
inline constexpr const char* ownScheduleId = "own";

std::vector<RuleChoice> scheduleChoices();
/// "Own (linear)": what the own schedule of a model of this family is called.
QString ownScheduleName(const std::string& family);
std::vector<RuleChoice> gridChoices();
std::vector<RuleChoice> samplerChoices();
std::vector<RuleChoice> guidanceChoices();
std::vector<RuleChoice> clippingChoices();

/// "order 2 · 1 evaluation a step · draws noise" of a sampler; empty for an unknown one.
QString samplerNote(const std::string& id);

}  // namespace diffuscope::ui
