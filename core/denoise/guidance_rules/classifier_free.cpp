// SPDX-License-Identifier: GPL-3.0-or-later
// Classifier-free guidance: Ho & Salimans 2022, "Classifier-free diffusion guidance"; rescaled as in Lin et
// al. 2023, "Common diffusion noise schedules and sample steps are flawed", section 3.4.
#include "core/denoise/elementwise.h"
#include "core/denoise/guidance.h"
#include "core/denoise/guidance_rules/guidance_rule.h"
#include "core/denoise/target_adapter.h"

#include <torch/types.h>

namespace diffuscope::denoise {

namespace {

constexpr auto guidedFrom = [](const auto& u, const auto& c, auto scale) { return u + scale * (c - u); };

Tensor stdPerImage(const Tensor& values)
{
    std::vector<std::int64_t> shape(std::size_t(values.dim()), 1);
    shape[0] = values.size(0);
    return values.flatten(1).std(1, false).view(shape);
}

class ClassifierFree final : public GuidanceRule
{
public:
    explicit ClassifierFree(const base::OptionValues& options)
        : m_rescale(base::number(options, "rescale")),
          m_quantity(predictionTarget(base::text(options, "rescale_of")))
    {
    }

    Prediction combine(const GuidanceInput& in) override
    {
        const Prediction plain = classifierFree(in.conditional, in.unconditional, in.scale);
        return m_rescale > 0 ? rescaled(plain, in) : plain;
    }

    bool isUnconditionalAtZero() const override { return m_rescale == 0; }

private:
    /// g' = g·std(c)/std(g); phi·g' + (1 − phi)·g (Lin 2023, eq. 15, 16), of the quantity that the option
    /// names.
    Prediction rescaled(const Prediction& g, const GuidanceInput& in) const
    {
        // Without signal all noise estimates are x itself, without noise all image estimates are.
        const bool saysNothing =
            m_quantity == PredictionTarget::eps ? in.level.alpha == 0 : in.level.isClean();
        if (saysNothing)
            return g;
        const Tensor guidedQuantity = targetOutput(m_quantity, g.x0Hat, g.epsHat, in.level);
        const Tensor conditionalQuantity =
            targetOutput(m_quantity, in.conditional.x0Hat, in.conditional.epsHat, in.level);
        const Tensor spread = stdPerImage(guidedQuantity).clamp_min(1e-12);
        const Tensor factor = m_rescale * (stdPerImage(conditionalQuantity) / spread) + (1 - m_rescale);
        return predictionFrom(m_quantity, guidedQuantity * factor, in.x, in.level);
    }

    double m_rescale;
    PredictionTarget m_quantity;
};

}  // namespace

Tensor guidedEstimate(const Tensor& unconditional, const Tensor& conditional, double scale)
{
    return elementwise(guidedFrom, unconditional, conditional, scale);
}

Prediction classifierFree(const Prediction& conditional, const Prediction& unconditional, double scale)
{
    return {.x0Hat = guidedEstimate(unconditional.x0Hat, conditional.x0Hat, scale),
            .epsHat = guidedEstimate(unconditional.epsHat, conditional.epsHat, scale),
            .guidanceScale = scale};
}

Tensor dotPerImage(const Tensor& a, const Tensor& b)
{
    std::vector<std::int64_t> shape(std::size_t(a.dim()), 1);
    shape[0] = a.size(0);
    return (a * b).flatten(1).sum(1).view(shape);
}

std::unique_ptr<GuidanceRule> makeClassifierFree(const base::OptionValues& options)
{
    return std::make_unique<ClassifierFree>(options);
}

}  // namespace diffuscope::denoise
