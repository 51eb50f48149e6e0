// SPDX-License-Identifier: GPL-3.0-or-later
// Starts what a recipe file asks for: a run from noise, or a branch of others.
#pragma once

#include "core/recipe/run_plan.h"
#include "core/run/run.h"

#include <memory>

namespace diffuscope::cli {

/// For a branch the run that it leaves is sampled first, up to the branch; a line tells how far that is, and
/// what a person should know of how the branch begins. Throws Error, and CLI::RuntimeError where the person
/// interrupts it.
std::unique_ptr<run::Run> startedRun(run::RunFactory& factory, const recipe::RunPlan& plan);

}  // namespace diffuscope::cli
