// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/recipe/run_plan.h"

#include "core/base/error.h"
#include "core/recipe/recipe_json.h"

#include <algorithm>
#include <utility>

namespace diffuscope::recipe {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int latestFrame = 100'000;
/// Of objects and lists in a recipe, and of each run above it ("from" and "run").
constexpr std::size_t deepestRecipe = 8, depthOfRun = 2;
/// Texts of more runs are one line: their indentation would outgrow them.
constexpr int mostIndented = 8;

ordered_json jsonOfPlan(const RunPlan& plan)
{
    ordered_json object = jsonOf(plan.recipe);
    if (!plan.from)
        return object;
    ordered_json& from = object["from"] = ordered_json::object();
    from["frame"] = plan.from->frame;
    from["run"] = jsonOfPlan(plan.from->run);
    return object;
}

int runsAbove(const RunPlan& plan)
{
    int above = 0;
    for (const BranchPoint* at = plan.from.get(); at; at = at->run.from.get())
        ++above;
    return above;
}

/// "recipe.from.run", and in short where there are many.
std::string planPath(int above)
{
    if (above == 0)
        return "recipe";
    return above == 1 ? "recipe.from.run" : "recipe(.from.run × " + std::to_string(above) + ")";
}

RunPlan readPlan(const json& object, int above)
{
    if (above > deepestBranch)
        throw Error(ErrorCode::invalidOption,
                    "The recipe has more than " + std::to_string(deepestBranch) + " runs above it.",
                    "Branch from a run higher up in the tree.");
    base::JsonObjectReader reader(object, planPath(above));
    RunPlan plan{readRecipe(reader), {}};
    const json* from = reader.find("from");
    reader.finish();
    if (!from || from->is_null())
        return plan;
    base::JsonObjectReader place(*from, reader.pathOf("from"));
    const json* run = place.find("run");
    for (const char* key : {"frame", "run"})
        if (!place.find(key))
            throw Error(ErrorCode::invalidOption, "\"" + place.pathOf(key) + "\" is missing.",
                        "Copy the recipe again, or leave \"from\" out for a run that starts from noise.");
    int frame = 0;
    place.read("frame", frame, 0, latestFrame);
    place.finish();
    plan.from = std::make_shared<const BranchPoint>(BranchPoint{readPlan(*run, above + 1), frame});
    return plan;
}

}  // namespace

bool samePlace(const std::shared_ptr<const BranchPoint>& a, const std::shared_ptr<const BranchPoint>& b)
{
    return a == b || (a && b && *a == *b);
}

bool RunPlan::operator==(const RunPlan& other) const
{
    return recipe == other.recipe && samePlace(from, other.from);
}

std::string toJson(const RunPlan& plan)
{
    std::string text = textOf(jsonOfPlan(plan), runsAbove(plan) <= mostIndented ? 2 : -1);
    if (text.size() > longestPlanText)
        throw Error(ErrorCode::invalidOption,
                    "The recipe, with the runs above it, is longer than " +
                        std::to_string(longestPlanText >> 20) + " MiB.",
                    "Branch from a run higher up in the tree.");
    return text;
}

RunPlan planFromJson(const std::string& text)
{
    constexpr std::size_t deepest = deepestRecipe + depthOfRun * (deepestBranch + 1);
    return readPlan(base::parsedStrictly("recipe", text, longestPlanText, deepest), 0);
}

std::vector<PlanPart> partsOf(const RunPlan& plan)
{
    std::vector<PlanPart> parts;
    int end = -1;  // the step before which the part that is looked at ends; −1 for no end
    for (const RunPlan* at = &plan; at; at = at->from ? &at->from->run : nullptr) {
        const int first = at->from ? at->from->frame : 0;
        if (end < 0 || first < end) {
            parts.push_back({first, at->recipe});
            end = first;
        }
    }
    std::reverse(parts.begin(), parts.end());
    return parts;
}

}  // namespace diffuscope::recipe
