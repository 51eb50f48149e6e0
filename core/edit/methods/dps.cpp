// SPDX-License-Identifier: GPL-3.0-or-later
// Downhill in what the estimate would have measured.
#include "core/edit/methods/heeding.h"

#include <optional>

namespace diffuscope::edit {

namespace {

/// Chung et al. 2023, DPS, algorithm 1: after each step against the gradient of ‖y − A x0Hat(x_t)‖².
class PosteriorSampling final : public Heeding
{
public:
    PosteriorSampling(std::unique_ptr<Sampler> inner, Known known, double scale)
        : Heeding(std::move(inner), std::move(known)), m_scale(scale)
    {
    }

    Tensor step(const Tensor& x, const StepContext& context) override
    {
        std::optional<Prediction> first;
        StepContext watched = context;
        watched.denoise = [&](const Tensor& state, const NoiseLevel& level) {
            const Prediction prediction = context.denoise(state, level);
            if (!first)
                first = prediction;
            return prediction;
        };
        const Tensor next = inner().step(x, watched);
        if (!first || context.level.sigma == 0)
            return next;
        const Tensor missing = seen(x) - first->x0Hat;
        const Tensor v = a().weighted(missing, [](double s) { return s * s; });
        const Tensor length = normOfEach(a().apply(first->x0Hat) - y(x));
        return next + 2 * m_scale * timesJacobian(context, x, context.level, v) / (length + 1e-12);
    }

private:
    double m_scale;
};

}  // namespace

Method dpsMethod()
{
    using Inner = std::unique_ptr<Sampler>;
    using Values = base::OptionValues;
    return {.id = "dps",
            .displayName = "DPS",
            .source = "Chung et al. 2023, Diffusion Posterior Sampling, algorithm 1",
            .description =
                "After each step goes downhill in the distance between the measurement and what the estimate "
                "would give. Three evaluations a step.",
            .options = {base::Option::number("scale", "ζ", 1, 0, 20, "Length of the way downhill.", 2)},
            .make = [](Inner inner, const Known& known, const Values& values) {
                return std::make_unique<PosteriorSampling>(std::move(inner), known,
                                                           base::number(values, "scale"));
            }};
}

}  // namespace diffuscope::edit
