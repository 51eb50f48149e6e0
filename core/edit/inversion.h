// SPDX-License-Identifier: GPL-3.0-or-later
// From a picture back to the noise that a recipe makes it of.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/samplers/sampler.h"
#include "core/schedule/time_grid.h"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace diffuscope::edit {

using torch::Tensor;

enum class Inversion { ddim, exact, ddpm };

/// The inversion of this name ("ddim", "exact", "ddpm"). Throws Error(invalidOption) for another, and where
/// the sampler is not the one that it is of: DDIM with eta = 0, or DDPM.
Inversion inversionNamed(const std::string& name, const recipe::SamplerSpec& sampler);

/// What an inversion asks; all of it must outlive the call.
struct InversionParts
{
    denoise::Denoiser& denoiser;
    const schedule::NoiseSchedule& schedule;
    const schedule::TimeGrid& grid;
    const recipe::Condition& condition;
    std::stop_token stop{};
};

struct Inverted
{
    Tensor x;                     ///< the state at the grid's first level
    std::vector<Tensor> draws{};  ///< of "ddpm": the noise that each step is to draw
    /// "exact": by how much the worst step misses where it should lead, a root mean square over a sample.
    double missed = 0;
    int evaluations = 0;
};

/// DDIM with eta = 0 run from the picture x0 [B, …] to the noise: Song et al. 2021, eq. 13 with the
/// prediction at the cleaner end of each step in the place of that at its noisier end, which makes the error
/// of a step. Throws Cancelled.
Inverted invertByDdim(const InversionParts& parts, const Tensor& x0);

/// The same with the prediction at the noisier end: each step solves x = alpha·x0Hat(x') + sigma·epsHat(x')
/// for the state x' by fixed-point iteration (Pan et al. 2023, AIDI, eq. 8), accelerated as by Anderson 1965,
/// until DDIM leads from x' to x, or no nearer. Sampling from the result gives x0 back. Throws Cancelled.
Inverted invertExactly(const InversionParts& parts, const Tensor& x0);

/// Edit-friendly inversion of DDPM (Huberman-Spiegelglas et al. 2024, algorithm 1): the states are x0 with
/// independent noise of every level, and each step draws what leads from one to the next. `sampler` must draw
/// once a step, as DDPM does; `noise(k)` is independent N(0, 1) for level k, of x0's shape. The last step,
/// which draws nothing, alone does not lead back exactly. Throws Cancelled, and Error(invalidOption) for a
/// sampler that draws nothing.
Inverted invertByDdpm(const InversionParts& parts, samplers::Sampler& sampler, const Tensor& x0,
                      const std::function<Tensor(int k)>& noise);

}  // namespace diffuscope::edit
