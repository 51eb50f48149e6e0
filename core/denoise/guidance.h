// SPDX-License-Identifier: GPL-3.0-or-later
// Guidance and clipping as denoisers around denoisers.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/denoise/noise_classifier.h"
#include "core/recipe/guidance_spec.h"

#include <functional>
#include <memory>
#include <optional>

namespace diffuscope::denoise {

/// What guidance must know of the run that it is used in.
struct GuidanceContext
{
    /// How far a run on its grid has come at a level: 0 at the first level, 1 at the last. Where none is
    /// given, 1 − (2/pi)·atan(sigma/alpha), which is 0 for pure noise and 1 for clean data.
    std::function<double(const schedule::NoiseLevel&)> progress{};
    /// Steps of the run, for rules that treat the first steps differently; 0 is unknown.
    int steps = 0;
    /// The weaker model of autoguidance.
    std::unique_ptr<Denoiser> weaker{};
    /// The noise-aware classifier of classifier guidance.
    std::optional<TrainedClassifier> classifier{};
};

/// The rule of `spec` around `inner`. Conditional and unconditional are evaluated as one batch of 2B with the
/// condition repeated (3B with a negative condition beside them), and both are reported. One plain evaluation
/// is made where one prediction is all that matters: with scale 1, no condition, outside the interval, and
/// (unconditional) with scale 0. The rule "classifier" makes one evaluation always; see
/// guidance_rules/classifier_guidance.h. Throws Error(invalidOption) for a scale that is not finite or not in
/// [−20, 50], for an empty interval, and for unknown rules and options.
std::unique_ptr<Denoiser> guided(std::unique_ptr<Denoiser> inner, const recipe::GuidanceSpec& spec,
                                 GuidanceContext context = {});

/// u + w·(c − u), of image or noise estimates alike (Ho & Salimans 2022, eq. 6).
Tensor guidedEstimate(const Tensor& unconditional, const Tensor& conditional, double scale);

/// Clips x0Hat as `spec` says and re-derives epsHat from it (option "keep_eps" leaves the noise as predicted,
/// as some other programs do). The conditional and unconditional estimates stay as they were. Throws
/// Error(invalidOption).
std::unique_ptr<Denoiser> clipped(std::unique_ptr<Denoiser> inner, const recipe::ClippingSpec& spec);

}  // namespace diffuscope::denoise
