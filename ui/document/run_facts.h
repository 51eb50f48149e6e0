// What a reader of a run's record needs to know of it, from the run as the engine hands it out.
#pragma once

#include "core/explain/run_reader.h"
#include "ui/engine/run_update.h"

namespace diffuscope::ui {

/// For explain::RunReader; in a branch, with what made the steps before it.
inline explain::RunFacts factsOf(const RunUpdate& run)
{
    explain::RunFacts facts{.trajectory = run.trajectory,
                            .terms = run.terms,
                            .sampler = run.recipe->sampler,
                            .seed = run.recipe->seed};
    if (!run.from)
        return facts;
    const auto parts = session::partsOf(run.plan());
    for (std::size_t i = 0; i + 1 < parts.size(); ++i)
        facts.earlier.push_back({parts[i + 1].firstStep, parts[i].recipe.sampler, parts[i].recipe.seed});
    return facts;
}

}  // namespace diffuscope::ui
