// SPDX-License-Identifier: GPL-3.0-or-later
// The settings that a model's first recipe begins with, where they are others than everybody's. No torch in
// here.
#pragma once

#include "core/model/model_card.h"

#include <string>

namespace diffuscope::model {

struct UsualSettings
{
    std::string grid = "leading";  ///< a rule of schedule::gridRules()
    int steps = 20;
    std::string clipping = "fixed";  ///< a rule of clipping
    int samples = 16;

    bool operator==(const UsualSettings&) const = default;
};

/// Points are many, and in no range that they could be clipped to. A flow is followed from its last level,
/// pure noise, on: the trailing grid. A generator of pictures takes one step, a few-step student four.
UsualSettings usualSettings(const ModelCard& card);

/// Whether the network is a generator that makes a picture at once, such as a VAE's decoder: no diffusion.
bool isGenerator(const ModelCard& card);

}  // namespace diffuscope::model
