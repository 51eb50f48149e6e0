// SPDX-License-Identifier: GPL-3.0-or-later
// Translates the options of a reference trajectory into this program's schedule, grid, sampler and clipping.
#pragma once

#include "core/denoise/prediction_target.h"
#include "core/recipe/guidance_spec.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/time_grid.h"
#include "core/verify/reference_options.h"

namespace diffuscope::verify {

/// Everything that a case determines but its noise.
struct ReferenceSetup
{
    schedule::NoiseSchedule schedule;
    schedule::TimeGrid grid{};
    recipe::SamplerSpec sampler{};
    recipe::ClippingSpec clipping{.rule = "none", .options = {}};
    denoise::PredictionTarget target = denoise::PredictionTarget::eps;
    /// The recorded states are x/alpha, as the samplers of Karras et al. 2022 keep them.
    bool stateOverAlpha = false;
    /// The time of sigma = 1 where times are multiples of rectified flow's sigma; 0 where they are training
    /// levels.
    double flowTime = 0;
    /// The second half of the recorded outputs' columns is the variance that the network predicts.
    bool learnsVariance = false;
};

/// What a setup is read from.
struct CaseReader
{
    explicit CaseReader(const ReferenceCase& read)
        : config(read.config), step(read.stepOptions), steps(read.steps), reference(read)
    {
    }

    ReferenceOptionReader config;
    ReferenceOptionReader step;
    int steps;
    const ReferenceCase& reference;
};

/// prediction_type; `isFlow` where the class was told to keep its states on rectified flow.
denoise::PredictionTarget referenceTarget(ReferenceOptionReader& config, bool isFlow = false);

/// thresholding and clip_sample; `clipDefault` and the name of the range differ between the classes.
recipe::ClippingSpec referenceClipping(ReferenceOptionReader& config, bool clipDefault,
                                       const std::string& range, bool keepEps);

using MakeReferenceSetup = ReferenceSetup (*)(CaseReader&);

/// The setups of the classes of each kind, by name.
const std::map<std::string, MakeReferenceSetup>& timeSpaceSetups();
const std::map<std::string, MakeReferenceSetup>& sigmaSpaceSetups();
const std::map<std::string, MakeReferenceSetup>& solverSetups();
const std::map<std::string, MakeReferenceSetup>& flowSetups();

/// The setup of a case. Throws UnsupportedOption that names the option this program does not have, and
/// Error(invalidOption) where the options themselves are wrong.
ReferenceSetup referenceSetup(const ReferenceCase& reference);

}  // namespace diffuscope::verify
