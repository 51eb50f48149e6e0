// SPDX-License-Identifier: GPL-3.0-or-later
// The score of the measurement, with a normal estimate.
#include "core/edit/methods/heeding.h"

namespace diffuscope::edit {

namespace {

/// Song et al. 2023, ΠGDM, eq. 7: the score of y given x_t, where x0 given x_t is taken to be normal with
/// variance r² = sigma²/(alpha² + sigma²) of data with variance 1.
class PseudoInverseGuided final : public Heeding
{
public:
    using Heeding::Heeding;
    Tensor step(const Tensor& x, const StepContext& context) override
    {
        const auto estimate = [&](const Prediction& prediction, const Tensor& state,
                                  const NoiseLevel& level) {
            if (level.sigma == 0 || level.alpha == 0)
                return Tensor();
            const double a2 = level.alpha * level.alpha, s2 = level.sigma * level.sigma;
            const double r2 = s2 / (a2 + s2);
            const auto weight = [&](double s) {
                return s <= 0 ? 0.0 : s * s / (r2 * s * s + noise() * noise());
            };
            const Tensor v = a().weighted(seen(state) - prediction.x0Hat, weight);
            return prediction.x0Hat + (s2 / level.alpha) * timesJacobian(context, state, level, v);
        };
        return stepWith(estimate, x, context);
    }
};

}  // namespace

Method pigdmMethod()
{
    using Inner = std::unique_ptr<Sampler>;
    using Values = base::OptionValues;
    return {.id = "pigdm",
            .displayName = "ΠGDM",
            .source = "Song et al. 2023, Pseudoinverse-Guided Diffusion Models, eq. 7",
            .description =
                "Adds to the score how the measurement depends on the state, with the estimate "
                "taken as normal around its mean. Three evaluations a step.",
            .options = {},
            .make = [](Inner inner, const Known& known, const Values&) {
                return std::make_unique<PseudoInverseGuided>(std::move(inner), known);
            }};
}

}  // namespace diffuscope::edit
