// SPDX-License-Identifier: GPL-3.0-or-later
// All samplers by name: what the recipe panel, the command line and recipe files choose from. No torch in
// here.
#pragma once

#include "core/base/option.h"
#include "core/recipe/sampler_spec.h"
#include "core/samplers/sampler_equation.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::samplers {

class Sampler;

/// What a sampler asks of the grid that it runs on.
struct GridNeeds
{
    enum class Direction { toImage, toNoise, any };

    Direction direction = Direction::toImage;
    /// It divides by alpha, so the first level must hold some signal.
    bool signal = false;
    /// The fewest steps: a multistep solver of order p needs p points.
    int steps = 1;
    /// The option that asks for so many, and can be lowered; empty where the sampler itself does.
    std::string orderOption{};
};

/// One attempt at a step of its own by an adaptive sampler, in lambda.
struct SubStep
{
    double from;
    double to;
};

/// One sampler as it is offered, and what the rest of the program has to know of it. Functions get completed
/// options.
struct SamplerInfo
{
    using Values = base::OptionValues;

    std::string id;           ///< e.g. "dpmpp_2m"
    std::string displayName;  ///< the name people know, e.g. "DPM-Solver++ 2M"
    std::string family;       ///< heading it is listed under, e.g. "DPM-Solver++"
    std::string source;       ///< paper and equation
    std::string description;  ///< two plain sentences
    int order = 1;
    int evaluationsPerStep = 1;  ///< the least; adaptive samplers and restarts take more
    /// Draws noise with its default options (with eta = 0 a sampler may draw none).
    bool stochastic = false;
    std::vector<base::Option> options;
    /// Runs from the image to the noise: wants a grid with its levels in reverse order.
    bool inverse = false;
    /// Chooses its own steps, by an error taken over all images of the batch.
    bool adaptive = false;
    /// Goes on from a corrected state, which is in no record.
    bool correctsState = false;
    /// Keeps from step to step what no record shows: a step size that was found, a restart that was made.
    bool keepsHiddenState = false;
    /// Mixes the estimates with and without the condition itself.
    bool usesUnconditional = false;
    /// Gives good pictures only where the last step of the grid is short.
    bool wantsShortEnd = false;
    /// Its step is the mean of Ho et al. 2020, eq. 11, plus noise.
    bool isDdpmStep = false;
    /// Its step is that of Song et al. 2021, eq. 12, with the option "eta".
    bool isDdimStep = false;
    /// What the grid must be like.
    std::function<GridNeeds(const Values&)> needs{};
    /// The equation that it follows.
    std::function<SamplerEquation(const Values&)> equation{};
    /// Whether the coefficients of its steps depend on the values it sees; null where they never do.
    std::function<bool(const Values&)> dependsOnValues{};
    /// Whether the network is first asked about a state to which noise was added; null where never.
    std::function<bool(const Values&)> asksAboutChurnedState{};
    /// Of adaptive samplers: the attempts of a step, from the lambdas of its evaluations in order.
    std::function<std::vector<SubStep>(const std::vector<double>& lambdas, const Values&)> attempts{};

    bool coefficientsDependOnValues(const Values& values) const
    {
        return dependsOnValues && dependsOnValues(values);
    }
};

/// Every sampler, in the order in which they are shown.
const std::vector<SamplerInfo>& samplers();

/// The sampler of this id ('-' and '_' are the same); throws Error(invalidOption) that names the ones there
/// are.
const SamplerInfo& samplerInfo(const std::string& id);

/// The options of a spec with defaults for those that are not given; unknown and impossible ones are passed
/// over.
base::OptionValues withDefaults(const SamplerInfo& info, const base::OptionValues& given);

/// The sampler whose step is that of Ho et al. 2020, algorithm 2.
const SamplerInfo& ddpmSampler();

/// The equation that a sampler with these options follows. Throws Error(invalidOption) for an unknown id.
SamplerEquation samplerEquation(const recipe::SamplerSpec& spec);

}  // namespace diffuscope::samplers
