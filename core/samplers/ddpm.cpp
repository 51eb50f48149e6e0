// SPDX-License-Identifier: GPL-3.0-or-later
// DDPM ancestral sampling: Ho et al. 2020, algorithm 2 with eq. 6, 7 and 11; learned variance of Nichol &
// Dhariwal 2021.
#include "core/base/error.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/transition.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

enum class Variance { fixedSmall, fixedLarge, learnedRange };

Variance varianceOf(const std::string& name)
{
    if (name == "fixed_small")
        return Variance::fixedSmall;
    return name == "fixed_large" ? Variance::fixedLarge : Variance::learnedRange;
}

class Ddpm final : public Sampler
{
public:
    Ddpm(Variance variance, bool noiseInLastStep) : m_variance(variance), m_noiseInLastStep(noiseInLastStep)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel& t = step.level;
        // An extra entry at a time below 0, as other programs' trailing can have, stands for the clean image.
        const NoiseLevel& s = step.next.t < 0 ? step.grid.levels.back() : step.next;
        const Prediction prediction = step.denoise(x, t);

        // mu~(x_t, x0Hat), eq. 7, the two factors written for any alpha and sigma.
        const double sigma2 = t.sigma * t.sigma;
        const double x0Factor = s.alpha * forwardVariance(t, s) / sigma2;
        const double xFactor = alphaRatio(t, s) * s.sigma * s.sigma / sigma2;
        const Tensor mean = x0Factor * prediction.x0Hat + xFactor * x;
        if (step.isLast() && !(m_noiseInLastStep && t.t > 0))
            return mean;
        return mean + standardDeviation(prediction, t, s) * step.noise();
    }

private:
    /// sigma_t of algorithm 2, a number or a tensor of the state's shape.
    Tensor standardDeviation(const Prediction& prediction, const NoiseLevel& t, const NoiseLevel& s) const
    {
        // log beta~ needs a floor where s is clean; it is far below what a picture shows.
        const double floor = 1e-20;
        const double small = std::max(posteriorVariance(t, s), floor);
        const double large = std::max(forwardVariance(t, s), floor);
        if (m_variance != Variance::learnedRange)
            return torch::full({}, std::sqrt(m_variance == Variance::fixedSmall ? small : large),
                               prediction.x0Hat.options());
        if (!prediction.varianceFraction.defined())
            throw Error(ErrorCode::invalidOption,
                        "The option \"variance\" of sampler DDPM is learned_range, but this model predicts "
                        "no variance.",
                        "Set \"variance\" to fixed_small or fixed_large.");
        // Sigma = exp(f·log beta + (1 − f)·log beta~), Nichol & Dhariwal 2021, eq. 15.
        const Tensor& f = prediction.varianceFraction;
        return torch::exp(0.5 * (f * std::log(large) + (1 - f) * std::log(small)));
    }

    Variance m_variance;
    bool m_noiseInLastStep;
};

SamplerEquation ddpmEquation(const base::OptionValues& values)
{
    using namespace letters;
    const std::string& variance = base::text(values, "variance");
    std::string sigma = R"(σ_{t}^{2} = \frac{1−\bar{α}_{t−1}}{1−\bar{α}_{t}} β_{t})";
    if (variance == "fixed_large")
        sigma = "σ_{t}^{2} = β_{t}";
    else if (variance == "learned_range")
        sigma = R"(σ_{t}\rm{ as the network says, between }\tilde{β}_{t}\rm{ and }β_{t})";
    return {letters::next + R"(\frac{1}{\sqrt{α_{t}}} ()" + x + R"( − \frac{β_{t}}{\sqrt{1−\bar{α}_{t}}} )" +
                eps + ") + σ_{t} " + z,
            {R"(α_{t} = 1−β_{t} = \bar{α}_{t}/\bar{α}_{t−1})", sigma},
            "Ho et al. 2020, algorithm 2"};
}

}  // namespace

SamplerEntry ddpm()
{
    return {{.id = "ddpm",
             .displayName = "DDPM",
             .family = "Ancestral",
             .source = "Ho et al. 2020, Denoising Diffusion Probabilistic Models, algorithm 2, eq. 6, 7, 11",
             .description =
                 "The original sampler: each step takes the mean of the cleaner state and adds fresh noise. "
                 "It needs many steps, and every seed gives another path.",
             .order = 1,
             .evaluationsPerStep = 1,
             .stochastic = true,
             .options = {Option::choice(
                             "variance", "Variance", "fixed_small",
                             {{"fixed_small", "Small (posterior β̃)"},
                              {"fixed_large", "Large (β)"},
                              {"learned_range", "Learned, between the two"}},
                             "How much noise a step adds: the least that is right for known data, the most "
                             "that is right for unknown data, or what the network predicts in between."),
                         Option::toggle(
                             "noise_in_last_step", "Noise in the last step", false,
                             "Adds noise in the last step too where it starts above time 0, as some other "
                             "programs do; the picture stays grainy.")},
             .isDdpmStep = true,
             .needs = [](const auto&) { return GridNeeds{.direction = GridNeeds::Direction::any}; },
             .equation = ddpmEquation,
             .dependsOnValues =
                 [](const auto& values) { return base::text(values, "variance") == "learned_range"; }},
            [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
                return std::make_unique<Ddpm>(varianceOf(base::text(values, "variance")),
                                              base::toggle(values, "noise_in_last_step"));
            }};
}

}  // namespace diffuscope::samplers
