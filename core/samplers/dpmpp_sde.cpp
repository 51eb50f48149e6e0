// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver++ SDE: Lu et al. 2022b, DPM-Solver++, section 5.3, in the stochastic two-stage form of
// k-diffusion (sample_dpmpp_sde).
#include "core/samplers/coordinate.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class DpmSolverPpTwoStageSde final : public Sampler
{
public:
    DpmSolverPpTwoStageSde(double ratio, double eta, double noiseFactor)
        : m_ratio(ratio), m_eta(eta), m_noiseFactor(noiseFactor)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel s = withSomeSignal(step.level, step.schedule);
        const NoiseLevel& t = step.next;
        const Tensor image = step.denoise(x, s).x0Hat;
        if (t.isClean())
            return t.alpha * image;
        const double h = t.lambda() - s.lambda();
        const NoiseLevel m = step.schedule.levelOfNoiseToSignal(std::exp(-(s.lambda() + m_ratio * h)));
        const Tensor inner = noisyStep(x, image, s, m, step);
        const double weight = 1 / (2 * m_ratio);
        const Tensor mean = (1 - weight) * image + weight * step.denoise(inner, m).x0Hat;
        return noisyStep(x, mean, s, t, step);
    }

private:
    /// From s to `to` along a constant image: down to a lower level, then fresh noise up again.
    Tensor noisyStep(const Tensor& x, const Tensor& image, const NoiseLevel& s, const NoiseLevel& to,
                     const StepContext& step) const
    {
        const double k = s.noiseToSignal();
        const auto [down, up] = ancestralSplit(k, to.noiseToSignal(), m_eta);
        const Tensor next = (to.alpha / s.alpha * down / k) * x + (to.alpha * (1 - down / k)) * image;
        return up > 0 ? next + (to.alpha * up * m_noiseFactor) * step.noise() : next;
    }

    double m_ratio;
    double m_eta;
    double m_noiseFactor;
};

SamplerEquation twoStageSdeEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + R"(\frac{α_{t−1}}{α_{t}} \frac{k_{↓}}{k_{t}} )" + x +
                R"( + α_{t−1} (1−\frac{k_{↓}}{k_{t}}) D + α_{t−1} k_{↑} \nz{z^{(2)}})",
            {R"(D = (1−\frac{1}{2r}) )" + x0 + R"( + \frac{1}{2r} )" + x0At(2),
             x0At(2) + R"(\rm{ is asked at }λ_{t}+rh\rm{, reached with noise of its own})", kUp, kDown},
            "Lu et al. 2022b, section 5.3; k-diffusion, sample_dpmpp_sde"};
}

}  // namespace

SamplerEntry dpmppSde()
{
    return {
        {.id = "dpmpp_sde",
         .displayName = "DPM-Solver++ SDE",
         .family = "DPM-Solver++",
         .source = "Lu et al. 2022b, DPM-Solver++, section 5.3; k-diffusion, sample_dpmpp_sde",
         .description = "Looks at the estimate of the clean image twice in each step and adds fresh noise "
                        "both times. Slow but rich in detail, liked at 10 to 15 steps.",
         .order = 2,
         .evaluationsPerStep = 2,
         .stochastic = true,
         .options = {Option::number("eta", "η", 1, 0, 1,
                                    "Share of fresh noise in each part of a step: 0 is the ODE.", 2),
                     Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3),
                     Option::number("r", "r", 0.5, 0.05, 1,
                                    "Where in a step, in λ, the second look is taken.", 2)},
         .equation = twoStageSdeEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<DpmSolverPpTwoStageSde>(
                base::number(values, "r"), base::number(values, "eta"), base::number(values, "noise_factor"));
        }};
}

}  // namespace diffuscope::samplers
