// SPDX-License-Identifier: GPL-3.0-or-later
// A run's numbers as comma-separated values, in the C locale, with full precision.
#pragma once

#include "core/exports/exported_run.h"

#include <string>

namespace diffuscope::exports {

/// One line a frame: its level, its evaluations, the norms of record::StepQuantities over the chosen images,
/// and its times. What a frame does not have is empty.
std::string stepTable(const ExportedRun& run, const std::vector<int>& images);

/// One line a training level of the schedule that was sampled on: t, beta, alpha_bar, alpha, sigma, log_snr,
/// and whether the run visits it (1 or 0).
std::string scheduleTable(const ExportedRun& run);

}  // namespace diffuscope::exports
