// SPDX-License-Identifier: GPL-3.0-or-later
// DDIM: Song et al. 2021, Denoising Diffusion Implicit Models, eq. 12 and 16.
#include "core/denoise/elementwise.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/stride.h"
#include "core/samplers/transition.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

constexpr auto ddimJump = [](const auto& x0Hat, const auto& epsHat, auto alpha, auto direction) {
    return alpha * x0Hat + direction * epsHat;
};

class Ddim final : public Sampler
{
public:
    Ddim(double eta, bool previousByStride) : m_eta(eta), m_previousByStride(previousByStride) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel& t = step.level;
        const NoiseLevel s = m_previousByStride ? strideBefore(step) : step.next;
        const Prediction prediction = step.denoise(x, t);

        // eq. 16: sigma = eta·sqrt(beta~); eq. 12: predicted x0, direction to x_t, random noise.
        const double sigma = m_eta * std::sqrt(posteriorVariance(t, s));
        const double direction = m_previousByStride ? roundedDirection(t, s) : directionFactor(s, sigma);
        const Tensor next =
            denoise::elementwise(ddimJump, prediction.x0Hat, prediction.epsHat, s.alpha, direction);
        return sigma > 0 ? next + sigma * step.noise() : next;
    }

private:
    static double directionFactor(const NoiseLevel& s, double sigma)
    {
        const double left = s.sigma * s.sigma - sigma * sigma;
        // Without signal at t and eta = 1 all noise is fresh; what rounding leaves is not a direction.
        return left > 1e-14 * s.sigma * s.sigma ? std::sqrt(left) : 0;
    }

    /// The same by alphaBar in the order of other programs, in which rounding leaves a direction of 1e-8.
    double roundedDirection(const NoiseLevel& t, const NoiseLevel& s) const
    {
        const double at = t.alpha * t.alpha;
        const double as = s.alpha * s.alpha;
        const double sigma = m_eta * std::sqrt(std::max(0.0, (1 - as) / (1 - at) * (1 - at / as)));
        return std::sqrt(std::max(0.0, 1 - as - sigma * sigma));
    }

    double m_eta;
    bool m_previousByStride;
};

SamplerEquation ddimEquation(const base::OptionValues& values)
{
    using namespace letters;
    if (base::number(values, "eta") == 0)
        return {letters::next + R"(\sqrt{\bar{α}_{t−1}} )" + x0 + R"( + \sqrt{1−\bar{α}_{t−1}} )" + eps,
                {},
                "Song et al. 2021, DDIM, eq. 12"};
    return {
        letters::next + R"(\sqrt{\bar{α}_{t−1}} )" + x0 + R"( + \sqrt{1−\bar{α}_{t−1}−σ_{t}^{2}} )" + eps +
            " + σ_{t} " + z,
        {R"(σ_{t} = η \sqrt{\frac{1−\bar{α}_{t−1}}{1−\bar{α}_{t}}} \sqrt{1−\frac{\bar{α}_{t}}{\bar{α}_{t−1}}})"},
        "Song et al. 2021, DDIM, eq. 12 and 16"};
}

}  // namespace

SamplerEntry ddim()
{
    return {
        {.id = "ddim",
         .displayName = "DDIM",
         .family = "DDIM",
         .source = "Song et al. 2021, Denoising Diffusion Implicit Models, eq. 12, 16",
         .description =
             "Jumps along the estimate of the clean image and keeps the estimated noise, so few steps "
             "are enough. With η = 0 the seed alone fixes the picture; with η = 1 it is as random as "
             "DDPM.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::number("eta", "η", 0, 0, 1,
                                    "Share of fresh noise in each step: 0 is deterministic, 1 is DDPM.", 2),
                     Option::choice(
                         "previous_time", "Previous time", "grid",
                         {{"grid", "Next time of the grid"}, {"stride", "t − T/steps"}},
                         "Where a step lands: at the grid's own next time, or at t − T/steps whatever "
                         "the spacing, as some other programs do with linspace.")
                         .forCompatibility()},
         .isDdimStep = true,
         .needs = [](const auto&) { return GridNeeds{.direction = GridNeeds::Direction::any}; },
         .equation = ddimEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<Ddim>(base::number(values, "eta"),
                                          base::text(values, "previous_time") == "stride");
        }};
}

}  // namespace diffuscope::samplers
