// SPDX-License-Identifier: GPL-3.0-or-later
// What a reader of a run's record needs to know of it, from the run as the engine hands it out.
#pragma once

#include "core/explain/plan_facts.h"
#include "ui/engine/run_update.h"

namespace diffuscope::ui {

/// For explain::RunReader; in a branch, with what made the steps before it.
inline explain::RunFacts factsOf(const RunUpdate& run)
{
    explain::RunFacts facts{.trajectory = run.trajectory,
                            .terms = run.terms,
                            .sampler = run.recipe->sampler,
                            .seed = run.recipe->seed};
    if (run.from)
        facts.earlier = explain::earlierSteps(run.plan());
    return facts;
}

/// The same of a run's first look, whose only image is the one that is looked at.
inline explain::RunFacts firstLookFactsOf(const RunUpdate& run)
{
    explain::RunFacts facts = factsOf(run);
    facts.trajectory = run.firstLook.trajectory;
    facts.firstImage = run.firstLook.image;
    return facts;
}

}  // namespace diffuscope::ui
