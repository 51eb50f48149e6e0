// SPDX-License-Identifier: GPL-3.0-or-later
// Perp-neg: Armandpour et al. 2023, "Re-imagine the negative prompt algorithm", section 3.
#include "core/denoise/guidance_rules/guidance_rule.h"
#include "core/denoise/target_adapter.h"

#include <torch/types.h>

namespace diffuscope::denoise {

namespace {

/// With p = c − ∅ and n = neg − ∅: ∅ + w·(p − s·(n − ⟨n, p⟩/‖p‖²·p)). Written for the image estimates; the
/// noise estimates differ from them by one factor, so they give the same.
class PerpNeg final : public GuidanceRule
{
public:
    explicit PerpNeg(const base::OptionValues& options)
        : m_negativeScale(base::number(options, "negative_scale"))
    {
    }

    Prediction combine(const GuidanceInput& in) override
    {
        const Tensor& none = in.unconditional.x0Hat;
        const Tensor p = in.conditional.x0Hat - none;
        const Tensor n = in.negative.x0Hat - none;
        // Where condition and no condition agree, p = 0 and nothing of n is along it.
        const Tensor along = dotPerImage(n, p) / dotPerImage(p, p).clamp_min(1e-20);
        const Tensor direction = p.sub(n - along * p, m_negativeScale);
        const Tensor x0Hat = none.add(direction, in.scale);
        return {.x0Hat = x0Hat,
                .epsHat = in.level.isClean() ? in.unconditional.epsHat : noiseIn(in.x, x0Hat, in.level)};
    }

    bool isConditionalAtOne() const override { return false; }
    bool isUnconditionalAtZero() const override { return true; }
    bool needsNegative() const override { return true; }

private:
    double m_negativeScale;
};

}  // namespace

std::unique_ptr<GuidanceRule> makePerpNeg(const base::OptionValues& options)
{
    return std::make_unique<PerpNeg>(options);
}

}  // namespace diffuscope::denoise
