// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/part_effects.h"

#include "core/recipe/network_switches.h"

#include <cmath>

namespace diffuscope::run {

namespace {

std::vector<double> noiseOf(RunFactory& factory, const recipe::Recipe& recipe, const StateBatch& x,
                            const schedule::NoiseLevel& level, const std::stop_token& stop)
{
    return factory.open(recipe)->predict(x, level, stop).epsHat;
}

double changeOf(const std::vector<double>& whole, const std::vector<double>& other)
{
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        difference += (whole[i] - other[i]) * (whole[i] - other[i]);
        size += whole[i] * whole[i];
    }
    return size > 0 ? std::sqrt(difference / size) : 0;
}

}  // namespace

std::vector<PartEffect> partEffects(RunFactory& factory, const recipe::Recipe& asked, const StateBatch& x,
                                    const schedule::NoiseLevel& level, const std::stop_token& stop,
                                    const std::function<void(const PartEffect&)>& found)
{
    recipe::Recipe recipe = asked;
    recipe.batch = x.shape.batch;
    const model::NetworkLayout layout = factory.open(recipe)->network();
    // Evaluated as those with a part left out are: rounding is no effect.
    recipe.network.set(recipe::wholeNetwork, true);
    const std::vector<double> whole = noiseOf(factory, recipe, x, level, stop);
    std::vector<std::string> ids;
    for (const model::NetworkPart& part : layout.parts)
        ids.push_back(part.id);
    if (!recipe.condition.isNone())
        ids.push_back(recipe::wholeCondition);
    std::vector<PartEffect> effects;
    for (const std::string& id : ids) {
        recipe::Recipe other = recipe;
        other.network.set(id, !other.network.leavesOut(id));
        effects.push_back({id, changeOf(whole, noiseOf(factory, other, x, level, stop))});
        if (found)
            found(effects.back());
    }
    return effects;
}

}  // namespace diffuscope::run
