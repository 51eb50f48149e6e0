// SPDX-License-Identifier: GPL-3.0-or-later
// Does the run of a job and leaves its result in the folder: once, whoever else does the same. No torch in
// here.
#pragma once

#include "core/base/error.h"
#include "core/record/image_batch.h"
#include "core/run/run.h"
#include "core/sweep/job.h"
#include "core/sweep/results.h"

#include <functional>
#include <span>
#include <stop_token>
#include <string>

namespace diffuscope::sweep {

/// What a process brings along to do runs.
struct JobTools
{
    run::RunFactory& runs;
    /// The share of the images [B, C, H, W] in which the classifier of the recipe's model sees the class
    /// asked for. Throws Error.
    std::function<double(const recipe::Recipe&, const record::ImageBatch&)> classAgreement;
    /// A hash of the weights of a model; may be empty.
    std::function<std::string(const std::string& model)> weightsOf{};
    std::stop_token stop{};
};

enum class JobOutcome {
    done,         ///< by this call
    alreadyDone,  ///< by another, before or meanwhile
    elsewhere,    ///< another process is at it
};

/// Whether to wait for a process that is at the same run.
enum class Waiting { waits, goesOn };

/// Files first, the result last and atomically, so that a run that has a result has everything. Throws Error
/// where the run fails, which is recorded in the folder as well, and Cancelled where it is stopped.
JobOutcome runJob(const Job& job, const Results& results, const JobTools& tools, Waiting waiting);

/// The images that a job kept, or a reference run. Throws Error where the file is missing or damaged.
record::ImageBatch readImages(const std::string& path);

struct JobCounts
{
    int done = 0, already = 0, failed = 0;
};

/// All of these: first those that nobody else is at, then the others, for which it waits. A failure is told
/// and not thrown; Cancelled is.
JobCounts runJobs(std::span<const Job> jobs, const Results& results, const JobTools& tools,
                  const std::function<void(const Job&, const Error* failure)>& onDone);

}  // namespace diffuscope::sweep
