// All samplers by name: what the recipe panel, the command line and recipe files choose from. No torch in
// here.
#pragma once

#include "core/base/option.h"
#include "core/recipe/sampler_spec.h"

#include <memory>
#include <string>
#include <vector>

namespace diffuscope::samplers {

class Sampler;

/// One sampler as it is offered.
struct SamplerInfo
{
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
};

/// Every sampler, in the order in which they are shown.
const std::vector<SamplerInfo>& samplers();

/// The sampler of this id ('-' and '_' are the same); throws Error(invalidOption) that names the ones there
/// are.
const SamplerInfo& samplerInfo(const std::string& id);

}  // namespace diffuscope::samplers
