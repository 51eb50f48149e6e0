// SPDX-License-Identifier: GPL-3.0-or-later
// CFG++: Chung et al. 2024, "CFG++: manifold-constrained classifier free guidance for diffusion models",
// algorithm 2.
#include "core/denoise/guidance_rules/guidance_rule.h"

#include <torch/types.h>

namespace diffuscope::denoise {

namespace {

/// The image is guided, the noise that the sampler adds back is the unconditional one:
/// x' = alpha·x0Hat_cfg + sigma·eps_u. Samplers that use x0Hat alone do not see the difference.
class CfgPlusPlus final : public GuidanceRule
{
public:
    Prediction combine(const GuidanceInput& in) override
    {
        Prediction guidedPrediction = classifierFree(in.conditional, in.unconditional, in.scale);
        guidedPrediction.epsHat = in.unconditional.epsHat;
        guidedPrediction.isConsistent = false;
        return guidedPrediction;
    }

    bool isConditionalAtOne() const override { return false; }
    bool isUnconditionalAtZero() const override { return true; }
};

}  // namespace

std::unique_ptr<GuidanceRule> makeCfgPlusPlus(const base::OptionValues&)
{
    return std::make_unique<CfgPlusPlus>();
}

}  // namespace diffuscope::denoise
