// SPDX-License-Identifier: GPL-3.0-or-later
// How the quantities of a step are written beside the equation of its sampler, in the markup of
// core/samplers/sampler_equation.h.
#pragma once

#include "core/samplers/sampler_registry.h"
#include "core/samplers/step_terms.h"

#include <string>

namespace diffuscope::explain {

using samplers::SamplerEquation;
using samplers::samplerEquation;

/// What a quantity is called in the equation of step `step`: \hat{ε}_{t+1} is one of the step before.
std::string quantitySymbol(const samplers::StepQuantity& quantity, int step);

/// The state that a step of this sampler leads to: x_{t−1}, or x_{t+1} where it goes from image to noise.
std::string nextSymbol(const recipe::SamplerSpec& spec);

}  // namespace diffuscope::explain
