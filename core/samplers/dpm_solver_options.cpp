// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/samplers/dpm_solver_options.h"

namespace diffuscope::samplers {

using base::Option;

Option solverTypeOption()
{
    return Option::choice(
        "solver_type", "Variant", "midpoint", {{"midpoint", "Midpoint"}, {"heun", "Heun"}},
        "How steps of order 2 weigh their second estimate; both ways are of the same order, and midpoint is "
        "usual.");
}

Option lowerOrderFinalOption()
{
    return Option::toggle(
        "lower_order_final", "Lower order at the end", true,
        "With fewer than 15 steps, takes the last step but one at order 2 at most and the last at "
        "order 1, which keeps few-step pictures steady; a step to sigma = 0 is of order 1 anyway.");
}

Option eulerAtFinalOption()
{
    return Option::toggle("euler_at_final", "First order at the end", false,
                          "Takes the last step at order 1 whatever the number of steps.");
}

Option curvatureOption()
{
    return Option::choice(
               "curvature", "Curvature", "full",
               {{"full", "Full weight"}, {"half", "Half, as other programs"}},
               "The weight of the third-order term: in full the error falls with the cube of the step, with "
               "half as other programs have it only with the square.")
        .forCompatibility();
}

Option stochasticCurvatureOption()
{
    Option option = curvatureOption();
    option.choices.push_back({"offset", "Offset, as other programs"});
    option.explanation =
        "The weight of the third-order term: in full the error falls with the cube of the step; half leaves "
        "it at the square, and with the offset of other programs, which have the sign of a term wrong, it "
        "falls no faster than the step.";
    return option;
}

double curvatureOffset(const base::OptionValues& values)
{
    return base::text(values, "curvature") == "offset" ? 1 : 0;
}

double curvatureFactor(const base::OptionValues& values)
{
    return base::text(values, "curvature") == "full" ? 2 : 1;
}

bool isHeun(const base::OptionValues& values)
{
    return base::text(values, "solver_type") == "heun";
}

bool isLongStep(const StepContext& step, const History& history)
{
    const double h = step.next.lambda() - step.level.lambda();
    return h > 3 * (step.level.lambda() - history[1].level.lambda());
}

EndOrders endOrders(const base::OptionValues& values)
{
    return {.lowered = base::toggle(values, "lower_order_final"),
            .firstAtEnd = base::toggle(values, "euler_at_final")};
}

}  // namespace diffuscope::samplers
