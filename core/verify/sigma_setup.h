// SPDX-License-Identifier: GPL-3.0-or-later
// Translates cases of programs that count in sigmas into this program's schedule, grid and sampler.
#pragma once

#include "core/recipe/sampler_spec.h"
#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"
#include "core/verify/reference_options.h"

namespace diffuscope::verify {

/// Everything that a case determines but its noise and its start.
struct SigmaSetup
{
    schedule::NoiseSchedule schedule;
    bool isFlow = false;
    schedule::TimeGrid grid{};
    recipe::SamplerSpec sampler{};
    bool stateOverAlpha = false;
    /// The recorded states are those after each of this program's steps.
    bool comparesStates = true;
    double tolerance = 1e-9;  ///< of the largest error, relative to the largest value
};

/// What a setup is read from.
struct SigmaReader
{
    explicit SigmaReader(const SigmaCase& read) : options(read.options), config(read.config), reference(read)
    {
    }

    ReferenceOptionReader options;
    ReferenceOptionReader config;
    const SigmaCase& reference;
};

/// The schedule of a model as the files describe it; `isFlow` says whether it is one of flow.
schedule::NoiseSchedule sigmaSchedule(ReferenceOptionReader& config, bool& isFlow);
/// The factor s of the shift of a model of flow.
double shiftOf(ReferenceOptionReader& config);
/// The level of a sigma: sigma/alpha, or the sigma of flow.
schedule::NoiseLevel levelOfSigma(const schedule::NoiseSchedule& schedule, bool isFlow, double sigma);

using MakeSigmaSetup = void (*)(SigmaReader&, SigmaSetup&);

/// Setups by program and function.
const std::map<std::string, MakeSigmaSetup>& flowOdeSetups();     ///< solvers of the probability-flow ODE
const std::map<std::string, MakeSigmaSetup>& stochasticSetups();  ///< solvers that draw noise
const std::map<std::string, MakeSigmaSetup>&
cfgPlusPlusSetups();  ///< those that mix the estimates themselves
const std::map<std::string, MakeSigmaSetup>& otherProgramSetups();  ///< of EDM, A1111, SD.Next, diffusers

/// The setup of a case. Throws UnsupportedOption that names what this program does not have.
SigmaSetup sigmaSetup(const SigmaCase& reference);

}  // namespace diffuscope::verify
