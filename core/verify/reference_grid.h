// SPDX-License-Identifier: GPL-3.0-or-later
// The schedules and grids of reference trajectories in terms of this program's.
#pragma once

#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"
#include "core/verify/reference_setup.h"

namespace diffuscope::verify {

/// Reads beta_schedule, beta_start, beta_end, trained_betas, num_train_timesteps and rescale_betas_zero_snr;
/// the two numbers are the defaults of the class.
schedule::NoiseSchedule referenceSchedule(ReferenceOptionReader& config, double betaStart, double betaEnd,
                                          const std::string& family, bool finiteSigma);

/// The noisiest level as the classes of finite sigma have it: with rescale_betas_zero_snr their last alpha²
/// is 2^-24, whatever that of the level before is.
schedule::NoiseLevel noisiestLevel(ReferenceOptionReader& config, const schedule::NoiseSchedule& schedule);

/// A grid by a rule of the registry; unlike makeTimeGrid it lets the last step stay where it is, as some
/// references do.
schedule::TimeGrid gridByRule(const schedule::NoiseSchedule& schedule, const std::string& rule,
                              const base::OptionValues& options, int steps);

/// Reads timestep_spacing and steps_offset: the times and their levels, then the clean end or the least noisy
/// training level. `count` is that of the rules leading and linspace.
schedule::TimeGrid spacedGrid(ReferenceOptionReader& config, const schedule::NoiseSchedule& schedule,
                              int steps, bool cleanEnd, const std::string& absentSpacing,
                              const base::OptionValues& options);

/// "beta", "exponential" or "karras" as the case asks for them, or "".
std::string sigmaRule(ReferenceOptionReader& config);

/// The grid of the classes that count in training times (DDPM, DDIM, PNDM). An extra entry at time −1 (quirk
/// 3) has the last training level, as an index of −1 does.
schedule::TimeGrid timeSpacedGrid(ReferenceOptionReader& config, const schedule::NoiseSchedule& schedule,
                                  int steps, bool cleanEnd);

/// The grid of LCM and TCD: the times of a student whose teacher took `original` steps (0 for all training
/// times), of which the cleaner part `strength` is used.
schedule::TimeGrid studentGrid(const schedule::NoiseSchedule& schedule, int original, double strength,
                               int steps, bool cleanEnd);

/// The grid of the classes that keep x/alpha (Euler, Heun, DPM2, LMS): fractional times for linspace, at
/// which sigma/alpha is interpolated linearly while the network is told the time; use_karras_sigmas,
/// use_exponential_sigmas and use_beta_sigmas between the two ends of the spacing; sigma_min, sigma_max,
/// interpolation_type and final_sigmas_type. `roundKarras`: the class tells whole times there.
schedule::TimeGrid sigmaSpacedGrid(CaseReader& reader, const schedule::NoiseSchedule& schedule,
                                   bool roundKarras);

/// How a class of the DPM-Solver family makes its list of sigmas.
struct SolverSpacing
{
    /// How it tells the network the time of a sigma of Karras or of Lu; that of others is cut to whole.
    std::string told = "rounded";
    std::string finalDefault = "zero";  ///< of final_sigmas_type
    bool hasFinalType = true;           ///< it has that option
    bool repeatsLast = false;           ///< sigmas by a formula end on the last one again, not on sigma_min
};

/// The grid of the DPM-Solver family, UniPC, DEIS and SA-Solver: N + 1 points of which the last is dropped,
/// or sigmas between the two ends of the schedule, then the end that final_sigmas_type names.
schedule::TimeGrid solverSpacedGrid(CaseReader& reader, const schedule::NoiseSchedule& schedule,
                                    const SolverSpacing& spacing);

/// The same with use_flow_sigmas. `isUnipc`: of the class that counts down from sigma = 1 and knows
/// shift_terminal and both kinds of dynamic shifting, as it does from some version on: which one is seen
/// from the recorded sigmas.
schedule::TimeGrid solverFlowGrid(CaseReader& reader, const schedule::NoiseSchedule& schedule,
                                  const SolverSpacing& spacing, bool isUnipc);

/// The grid of the flow-matching classes: N times between the ends of the shifted schedule, then shifted
/// again (quirk 5) or by use_dynamic_shifting with mu, shift_terminal, sigmas by a formula, invert_sigmas.
schedule::TimeGrid flowSpacedGrid(CaseReader& reader);

}  // namespace diffuscope::verify
