// SPDX-License-Identifier: GPL-3.0-or-later
// The groups of schedule families that make up the registry, and the options they share.
#pragma once

#include "core/schedule/schedule_registry.h"

namespace diffuscope::schedule {

/// Families that are given by their betas: linear, scaled linear, sigmoid, quadratic, constant, jsd.
std::vector<ScheduleFamily> betaFamilies();
/// Families that are given by a curve of alphaBar over t in [0, 1]: cosine, sigmoid, exponential, sqrt,
/// Laplace.
std::vector<ScheduleFamily> alphaBarFamilies();
/// Families in continuous time: rectified flow and its relatives, the variance-preserving SDE.
std::vector<ScheduleFamily> continuousFamilies();
/// The schedule that a person draws.
std::vector<ScheduleFamily> drawnFamilies();

/// The option `levels`: T, the number of training levels.
base::Option levelsOption();
/// The options that every beta schedule ends with: `terminal_snr`, `levels`.
std::vector<base::Option> withSharedOptions(std::vector<base::Option> options);

/// The schedule of these betas after the option `terminal_snr` (Lin et al. 2023, "Common diffusion noise
/// schedules and sample steps are flawed", algorithm 1).
NoiseSchedule finished(const std::string& name, std::vector<double> betas, const base::OptionValues& values);

/// n points from `first` to `last`, both included (n = 1 gives `first`).
std::vector<double> linspace(double first, double last, int n);

}  // namespace diffuscope::schedule
