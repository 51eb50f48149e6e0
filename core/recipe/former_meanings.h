// SPDX-License-Identifier: GPL-3.0-or-later
// What options meant in recipes of earlier versions.
#pragma once

#include "core/recipe/sampler_spec.h"

namespace diffuscope::recipe {

/// The version of the format in which this sampler's options are what they say: 1, or 2 where an option has
/// another meaning since.
int versionOf(const SamplerSpec& sampler);

/// Turns the options of a recipe of `version` into today's. In version 1 the eta of the multistep solvers of
/// the SDE was the root of the share of noise that everyone else calls eta.
void readAsOf(int version, SamplerSpec& sampler);

}  // namespace diffuscope::recipe
