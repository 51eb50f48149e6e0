// Guidance and clipping as denoisers around denoisers.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/denoise/guidance_spec.h"

#include <memory>

namespace diffuscope::denoise {

/// Classifier-free guidance (Ho & Salimans 2022, eq. 6) around `inner`: conditional and unconditional are evaluated
/// as one batch of 2B with the condition repeated, and both are reported. With scale 1, or no condition, one plain
/// evaluation is made. Throws Error(invalidOption) for a scale that is not finite or not in [−20, 50], and for
/// unknown rules and options.
std::unique_ptr<Denoiser> guided(std::unique_ptr<Denoiser> inner, const GuidanceSpec& spec);

/// Clips x0Hat as `spec` says and re-derives epsHat from it (option "keep_eps" leaves the noise as predicted, as some
/// other programs do). Throws Error(invalidOption).
std::unique_ptr<Denoiser> clipped(std::unique_ptr<Denoiser> inner, const ClippingSpec& spec);

}  // namespace diffuscope::denoise
