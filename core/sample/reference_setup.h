// Translates the options of a reference trajectory into this program's schedule, grid, sampler and clipping.
#pragma once

#include "core/denoise/guidance_spec.h"
#include "core/denoise/prediction_target.h"
#include "core/sample/reference_options.h"
#include "core/sample/sampler_registry.h"
#include "core/schedule/time_grid.h"

namespace diffuscope::sample {

/// Everything that a case determines but its noise.
struct ReferenceSetup
{
    schedule::NoiseSchedule schedule;
    schedule::TimeGrid grid{};
    SamplerSpec sampler{};
    denoise::ClippingSpec clipping{.rule = "none", .options = {}};
    denoise::PredictionTarget target = denoise::PredictionTarget::eps;
    /// The recorded states are x/alpha, as the samplers of Karras et al. 2022 keep them.
    bool stateOverAlpha = false;
};

/// The setup of a case. Throws UnsupportedOption that names the option this program does not have, and
/// Error(invalidOption) where the options themselves are wrong.
ReferenceSetup referenceSetup(const ReferenceCase& reference);

}  // namespace diffuscope::sample
