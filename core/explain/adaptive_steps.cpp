// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/adaptive_steps.h"

#include <algorithm>
#include <vector>

namespace diffuscope::explain {

AdaptiveSteps adaptiveSteps(const record::Frame& frame, const recipe::SamplerSpec& sampler)
{
    std::vector<double> lambdas;
    for (const auto& level : frame.evaluated)
        lambdas.push_back(level.lambda());
    const samplers::SamplerInfo& info = samplers::samplerInfo(sampler.id);
    const std::vector<samplers::SubStep> attempts =
        info.attempts(lambdas, samplers::withDefaults(info, sampler.options));

    AdaptiveSteps steps{.evaluations = frame.evaluations};
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        // One that was rejected is followed by a shorter one from the same place.
        const double length = attempts[i].to - attempts[i].from;
        const bool isLast = i + 1 == attempts.size();
        const bool moved = isLast || attempts[i + 1].from - attempts[i].from > 0.5 * length;
        if (!moved) {
            ++steps.rejected;
            continue;
        }
        ++steps.accepted;
        steps.longest = std::max(steps.longest, length);
        steps.shortest = steps.accepted == 1 ? length : std::min(steps.shortest, length);
    }
    return steps;
}

}  // namespace diffuscope::explain
