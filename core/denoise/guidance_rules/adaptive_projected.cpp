// SPDX-License-Identifier: GPL-3.0-or-later
// APG: Sadat, Hilliges & Weber 2024, "Eliminating oversaturation and artifacts of high guidance scales in
// diffusion models", algorithm 1.
#include "core/denoise/guidance_rules/guidance_rule.h"
#include "core/denoise/target_adapter.h"

#include <torch/types.h>

#include <cmath>

namespace diffuscope::denoise {

namespace {

/// The difference of the image estimates, with momentum, its norm limited, its part along the conditional
/// estimate scaled by eta: c + (w − 1)·(orthogonal + eta·parallel).
class AdaptiveProjected final : public GuidanceRule
{
public:
    explicit AdaptiveProjected(const base::OptionValues& options)
        : m_eta(base::number(options, "eta")),
          m_normThreshold(base::number(options, "norm_threshold")),
          m_momentum(base::number(options, "momentum"))
    {
    }

    Prediction combine(const GuidanceInput& in) override
    {
        const Tensor& c = in.conditional.x0Hat;
        Tensor delta = c - in.unconditional.x0Hat;
        if (m_average.defined() && m_average.sizes() == delta.sizes())
            delta = delta.add(m_average, m_momentum);
        m_average = delta;
        if (m_normThreshold > 0) {
            const Tensor norm = dotPerImage(delta, delta).sqrt().clamp_min(1e-12);
            delta = delta * (m_normThreshold / norm).clamp_max(1);
        }
        const Tensor along = dotPerImage(delta, c) / dotPerImage(c, c).clamp_min(1e-12);
        // orthogonal + eta·parallel = delta − (1 − eta)·parallel.
        const Tensor update = delta.sub(along * c, 1 - m_eta);
        const Tensor x0Hat = c.add(update, in.scale - 1);
        return {.x0Hat = x0Hat,
                .epsHat = in.level.isClean() ? in.conditional.epsHat : noiseIn(in.x, x0Hat, in.level)};
    }

    /// The momentum goes on where the scale is 1 for a while.
    bool isConditionalAtOne() const override { return m_momentum == 0; }

private:
    double m_eta;
    double m_normThreshold;
    double m_momentum;
    Tensor m_average;
};

}  // namespace

std::unique_ptr<GuidanceRule> makeAdaptiveProjected(const base::OptionValues& options)
{
    return std::make_unique<AdaptiveProjected>(options);
}

}  // namespace diffuscope::denoise
