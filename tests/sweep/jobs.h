// SPDX-License-Identifier: GPL-3.0-or-later
// The jobs of a plan, as they would stand in its job file.
#pragma once

#include "core/sweep/job.h"

#include <sstream>
#include <string>
#include <vector>

namespace diffuscope::test {

inline std::vector<sweep::Job> jobsOf(const std::string& plan)
{
    std::istringstream text(sweep::jobLines(sweep::planFromJson(plan)));
    std::vector<sweep::Job> jobs;
    for (std::string line; std::getline(text, line);)
        jobs.push_back(sweep::jobFromLine(line, "jobs.jsonl", int(jobs.size()) + 1));
    return jobs;
}

}  // namespace diffuscope::test
