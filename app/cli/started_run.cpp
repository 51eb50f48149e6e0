// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/started_run.h"

#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/progress_line.h"
#include "core/run/start_run.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>

namespace diffuscope::cli {

std::unique_ptr<run::Run> startedRun(run::RunFactory& factory, const recipe::RunPlan& plan)
{
    ProgressLine line;
    run::PlanStart start;
    start.onFrame = [&line](const record::Frame& frame) {
        if (isInterrupted())
            throw CLI::RuntimeError(interruptedExit);
        if (line.isDue())
            line.show("the run that it leaves, frame " + std::to_string(frame.index));
    };
    auto run = run::startRun(factory, plan, start);
    if (plan.from)
        line.finish("branched at frame " + std::to_string(plan.from->frame) + " of the run that it leaves");
    if (const std::string remark = run->remark(); !remark.empty())
        std::printf("note: %s\n", remark.c_str());
    return run;
}

}  // namespace diffuscope::cli
