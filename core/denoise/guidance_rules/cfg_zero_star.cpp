// SPDX-License-Identifier: GPL-3.0-or-later
// CFG-Zero*: Fan et al. 2025, "CFG-Zero*: improved classifier-free guidance for flow matching models",
// algorithm 1.
#include "core/denoise/guidance.h"
#include "core/denoise/guidance_rules/guidance_rule.h"
#include "core/denoise/target_adapter.h"

#include <torch/types.h>

namespace diffuscope::denoise {

namespace {

/// On the velocity v = eps − x0: u ← u·⟨c, u⟩/‖u‖², and no movement at all in the first steps.
class CfgZeroStar final : public GuidanceRule
{
public:
    CfgZeroStar(const base::OptionValues& options, int steps)
        : m_stillUntil(steps > 0 ? double(base::integer(options, "zero_steps")) / steps : 0)
    {
    }

    Prediction combine(const GuidanceInput& in) override
    {
        constexpr auto velocity = PredictionTarget::flow;
        // The progress of step i is i/steps up to rounding.
        if (in.progress < m_stillUntil - 1e-9)
            return predictionFrom(velocity, torch::zeros_like(in.x), in.x, in.level);
        const Tensor c = targetOutput(velocity, in.conditional.x0Hat, in.conditional.epsHat, in.level);
        const Tensor u = targetOutput(velocity, in.unconditional.x0Hat, in.unconditional.epsHat, in.level);
        const Tensor scaled = u * (dotPerImage(c, u) / (dotPerImage(u, u) + 1e-8));
        return predictionFrom(velocity, guidedEstimate(scaled, c, in.scale), in.x, in.level);
    }

    bool isConditionalAtOne() const override { return m_stillUntil == 0; }

private:
    double m_stillUntil;
};

}  // namespace

std::unique_ptr<GuidanceRule> makeCfgZeroStar(const base::OptionValues& options, int steps)
{
    return std::make_unique<CfgZeroStar>(options, steps);
}

}  // namespace diffuscope::denoise
