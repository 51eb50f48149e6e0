// SPDX-License-Identifier: GPL-3.0-or-later
// What a run's plan says of the steps that other runs made before it branched off.
#pragma once

#include "core/explain/run_reader.h"
#include "core/recipe/run_plan.h"

namespace diffuscope::explain {

/// For RunFacts::earlier; empty for a run that starts from noise.
inline std::vector<EarlierSteps> earlierSteps(const recipe::RunPlan& plan)
{
    std::vector<EarlierSteps> earlier;
    const auto parts = recipe::partsOf(plan);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i)
        earlier.push_back({parts[i + 1].firstStep, parts[i].recipe.sampler, parts[i].recipe.seed});
    return earlier;
}

}  // namespace diffuscope::explain
