// SPDX-License-Identifier: GPL-3.0-or-later
// SEEDS-3: Gonzalez et al. 2023, SEEDS: Exponential SDE Solvers for Fast High-Quality Sampling from Diffusion
// Models (arXiv 2305.14267), algorithm 3.
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/seeds.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class Seeds3 final : public Sampler
{
public:
    Seeds3(double eta, double noiseFactor, double first, double second)
        : m_eta(eta), m_noiseFactor(noiseFactor), m_first(first), m_second(second)
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
        const double H = h * (1 + m_eta);
        const auto inside = [&](double r) {
            return step.schedule.levelOfNoiseToSignal(std::exp(-(s.lambda() + r * h)));
        };
        SeedsNoise noise(m_eta, step);
        // The state at the share r of the step, from the mean of the images.
        const auto state = [&](const NoiseLevel& to, double r, const Tensor& mean) {
            const Tensor at = (to.sigma / s.sigma * std::exp(-r * h * m_eta)) * x - to.alpha * mean;
            return noise.isPresent() ? at + (to.sigma * m_noiseFactor) * noise.value() : at;
        };
        const NoiseLevel m1 = inside(m_first), m2 = inside(m_second);
        noise.advance(m_first * h);
        const Tensor image1 = step.denoise(state(m1, m_first, seedsE(-m_first * H) * image), m1).x0Hat;
        noise.advance((m_second - m_first) * h);
        const double a = m_second / m_first * seedsF(-m_second * H);
        const Tensor mean = (seedsE(-m_second * H) - a) * image + a * image1;
        const Tensor image2 = step.denoise(state(m2, m_second, mean), m2).x0Hat;
        noise.advance((1 - m_second) * h);
        const double b = seedsF(-H) / m_second;
        return state(t, 1, (seedsE(-H) - b) * image + b * image2);
    }

private:
    double m_eta;
    double m_noiseFactor;
    double m_first;
    double m_second;
};

SamplerEquation seeds3Equation(const base::OptionValues&)
{
    using namespace letters;
    return {
        letters::next + ratioOfSigmas + " e^{−ηh} " + x + " + α_{t−1} ((1−e^{−H}−b) " + x0 + " + b " +
            x0At(3) + ") + σ_{t−1} w",
        {R"(b = \frac{1}{r_{2}} (1−\frac{1−e^{−H}}{H}), H = (1+η)h)",
         R"((2)\rm{ and }(3)\rm{ are asked at }λ_{t}+r_{1}h\rm{ and }λ_{t}+r_{2}h\rm{; }w\rm{ is the noise of all parts of the step})",
         stepLength},
        "Gonzalez et al. 2023, SEEDS, algorithm 3"};
}

}  // namespace

SamplerEntry seeds3()
{
    return {{.id = "seeds_3",
             .displayName = "SEEDS-3",
             .family = "Exponential integrators",
             .source = "Gonzalez et al. 2023, SEEDS, arXiv 2305.14267, algorithm 3",
             .description = "An exponential solver of the stochastic equation that looks at the clean image "
                            "three times in each step. Accurate, and dear: for few, long steps.",
             .order = 3,
             .evaluationsPerStep = 3,
             .stochastic = true,
             .options = {Option::number("eta", "η", 1, 0, 1,
                                        "Share of fresh noise: 0 solves the ODE, 1 the reverse SDE.", 2),
                         Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3),
                         Option::number("r_1", "r₁", 1.0 / 3, 0.05, 0.95,
                                        "Where in a step, in λ, the second look is taken.", 3),
                         Option::number("r_2", "r₂", 2.0 / 3, 0.05, 1,
                                        "Where in a step, in λ, the third look is taken.", 3)},
             .equation = seeds3Equation},
            [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
                if (base::number(values, "r_1") >= base::number(values, "r_2"))
                    refuseOption("SEEDS-3", "r_1", std::to_string(base::number(values, "r_1")),
                                 "less than \"r_2\"");
                return std::make_unique<Seeds3>(base::number(values, "eta"),
                                                base::number(values, "noise_factor"),
                                                base::number(values, "r_1"), base::number(values, "r_2"));
            }};
}

}  // namespace diffuscope::samplers
