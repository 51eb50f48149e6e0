#include "core/session/run_plan.h"

#include <algorithm>

namespace diffuscope::session {

bool samePlace(const std::shared_ptr<const BranchPoint>& a, const std::shared_ptr<const BranchPoint>& b)
{
    return a == b || (a && b && *a == *b);
}

bool RunPlan::operator==(const RunPlan& other) const
{
    return recipe == other.recipe && samePlace(from, other.from);
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

}  // namespace diffuscope::session
