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

/// The grid of the classes that keep x/alpha (Euler, Heun, DPM2, LMS): fractional times for linspace, at
/// which sigma/alpha is interpolated linearly while the network is told the time; use_karras_sigmas,
/// use_exponential_sigmas and use_beta_sigmas between the two ends of the spacing. `roundKarras`: the class
/// tells whole times there.
schedule::TimeGrid sigmaSpacedGrid(ReferenceOptionReader& config, const schedule::NoiseSchedule& schedule,
                                   int steps, bool cleanEnd, bool roundKarras);

/// How a class of the DPM-Solver family tells the network the time of a sigma.
struct ToldTimes
{
    std::string karras = "rounded";
    std::string others = "truncated";
};

/// The grid of the DPM-Solver family, UniPC, DEIS and SA-Solver: N + 1 points of which the last is dropped,
/// or sigmas between the two ends of the schedule, then the end that final_sigmas_type names.
schedule::TimeGrid solverSpacedGrid(ReferenceOptionReader& config, const schedule::NoiseSchedule& schedule,
                                    int steps, bool cleanEnd, const ToldTimes& told);

/// The grid of the flow-matching classes: N times between the ends of the shifted schedule, then shifted
/// again.
schedule::TimeGrid flowSpacedGrid(ReferenceOptionReader& config, int steps);

}  // namespace diffuscope::sample
