// What several samplers ask of a grid before a run starts.
#pragma once

#include "core/schedule/time_grid.h"

#include <string>

namespace diffuscope::samplers {

/// Throws Error(invalidOption) where a multistep solver of this order has fewer steps than it needs points.
/// `option` says whether the order is an option that can be lowered, or fixed by the sampler.
void requireStepsForOrder(const std::string& sampler, int order, const schedule::TimeGrid& grid, bool option);

/// Throws Error(invalidOption) where the first level holds no signal (alpha = 0): solvers in sigma/alpha and
/// in the noise prediction divide by it.
void requireSignal(const std::string& sampler, const schedule::TimeGrid& grid);

/// Throws Error(invalidOption): the option of the sampler has this value, but must be `allowed`.
[[noreturn]] void refuseOption(const std::string& sampler, const std::string& option,
                               const std::string& value, const std::string& allowed);

/// Throws Error(invalidOption) where a sampler from noise to image is given a grid from image to noise.
void requireFallingNoise(const std::string& sampler, const schedule::TimeGrid& grid);

}  // namespace diffuscope::samplers
