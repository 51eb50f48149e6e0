// SPDX-License-Identifier: GPL-3.0-or-later
// How much each part of a network matters to one of its answers: measured, by leaving it out. No torch in
// here.
#pragma once

#include "core/run/run.h"

#include <functional>
#include <string>
#include <vector>

namespace diffuscope::run {

/// One part, and by how much the estimate of the noise is another without it: ‖ε̂ − ε̂'‖ / ‖ε̂‖, over all
/// samples of the state.
struct PartEffect
{
    std::string id;
    double change = 0;

    bool operator==(const PartEffect&) const = default;
};

/// Of every part of the recipe's network and, where it has one, of its condition, in the order of the layout.
/// What the recipe leaves out stays out, and has the effect of taking it in. Two evaluations a part with
/// guidance, one without. `found` is told each as it comes. Throws as RunFactory::open() and
/// Evaluator::predict().
std::vector<PartEffect> partEffects(RunFactory& factory, const recipe::Recipe& recipe, const StateBatch& x,
                                    const schedule::NoiseLevel& level, const std::stop_token& stop = {},
                                    const std::function<void(const PartEffect&)>& found = {});

}  // namespace diffuscope::run
