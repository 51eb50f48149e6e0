// The schedules and grids of reference trajectories in terms of this program's.
#pragma once

#include "core/sample/reference_options.h"
#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"

namespace diffuscope::sample {

/// Reads beta_schedule, beta_start, beta_end, trained_betas, num_train_timesteps and rescale_betas_zero_snr;
/// the two numbers are the defaults of the class.
schedule::NoiseSchedule referenceSchedule(ReferenceOptionReader& config, double betaStart, double betaEnd,
                                          const std::string& family, bool finiteSigma);

/// A grid by a rule of the registry; unlike makeTimeGrid it lets the last step stay where it is, as some
/// references do.
schedule::TimeGrid gridByRule(const schedule::NoiseSchedule& schedule, const std::string& rule,
                              const registry::OptionValues& options, int steps);

/// The grid of the classes that count in training times (DDPM, DDIM, PNDM): timestep_spacing, steps_offset.
schedule::TimeGrid timeSpacedGrid(ReferenceOptionReader& config, const schedule::NoiseSchedule& schedule,
                                  int steps, bool cleanEnd);

}  // namespace diffuscope::sample
