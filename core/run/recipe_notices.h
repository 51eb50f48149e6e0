// SPDX-License-Identifier: GPL-3.0-or-later
// What a person should know of a recipe before they wonder at its result: the field's known pitfalls, each in
// one sentence beside the control that it concerns. For the recipe panel and the command line; no torch in
// here.
#pragma once

#include "core/recipe/recipe.h"

#include <string>
#include <vector>

namespace diffuscope::run {

enum class NoticeKind {
    information,  ///< the recipe runs, but not as one might think
    refusal,      ///< the run is going to be refused
};

struct Notice
{
    std::string field;  ///< key of the recipe: "schedule", "grid", "sampler", "guidance" or "clipping"
    NoticeKind kind = NoticeKind::information;
    std::string text;         ///< one sentence
    std::string explanation;  ///< why, and what to choose instead: one to three sentences

    bool operator==(const Notice&) const = default;
};

/// What notices depend on of the model that is to run the recipe.
struct TrainedAs
{
    schedule::ScheduleSpec schedule{};
    std::string target = "eps";  ///< what the network outputs: eps, x0, v, flow or edm
    /// It brings what classifier guidance needs; true where that is not known.
    bool hasNoiseClassifier = true;
};

/// Every notice that applies, in the order of the recipe's controls. Costs a schedule of T levels and a
/// grid, about a tenth of a millisecond; evaluates no network. Does not throw for what is wrong with the
/// recipe: a schedule or grid that cannot be made is a refusal that says why.
std::vector<Notice> recipeNotices(const recipe::Recipe& recipe, const TrainedAs& trained);

}  // namespace diffuscope::run
