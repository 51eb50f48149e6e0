// Starts what a recipe file asks for: a run from noise, or a branch of others.
#pragma once

#include "core/sample/run.h"
#include "core/session/run_plan.h"

#include <memory>

namespace diffuscope::cli {

/// For a branch the run that it leaves is sampled first, up to the branch; a line tells how far that is, and
/// what a person should know of how the branch begins. Throws Error, and CLI::RuntimeError where the person
/// interrupts it.
std::unique_ptr<sample::Run> startedRun(sample::RunFactory& factory, const session::RunPlan& plan);

}  // namespace diffuscope::cli
