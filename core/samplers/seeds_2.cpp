// SPDX-License-Identifier: GPL-3.0-or-later
// SEEDS-2: Gonzalez et al. 2023, SEEDS: Exponential SDE Solvers for Fast High-Quality Sampling from Diffusion
// Models (arXiv 2305.14267), algorithm 2; with r = 1 and phi_2 the exponential Heun method.
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/seeds.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

struct Seeds2Plan
{
    double eta = 1;
    double noiseFactor = 1;
    double ratio = 0.5;
    bool phi2 = false;
};

class Seeds2 final : public Sampler
{
public:
    explicit Seeds2(Seeds2Plan plan) : m_plan(plan) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel s = withSomeSignal(step.level, step.schedule);
        const NoiseLevel& t = step.next;
        const Tensor image = step.denoise(x, s).x0Hat;
        if (t.isClean())
            return t.alpha * image;
        const double r = m_plan.ratio;
        const double h = t.lambda() - s.lambda();
        const double H = h * (1 + m_plan.eta);
        const NoiseLevel m = r == 1 ? t : step.schedule.levelOfNoiseToSignal(std::exp(-(s.lambda() + r * h)));
        SeedsNoise noise(m_plan.eta, step);
        noise.advance(r * h);
        Tensor inner =
            (m.sigma / s.sigma * std::exp(-r * h * m_plan.eta)) * x - (m.alpha * seedsE(-r * H)) * image;
        if (noise.isPresent())
            inner = inner + (m.sigma * m_plan.noiseFactor) * noise.value();
        const Tensor there = step.denoise(inner, m).x0Hat;
        const double second = m_plan.phi2 ? seedsF(-H) / r : seedsE(-H) / (2 * r);
        noise.advance((1 - r) * h);
        const Tensor next = (t.sigma / s.sigma * std::exp(-h * m_plan.eta)) * x -
                            (t.alpha * (seedsE(-H) - second)) * image - (t.alpha * second) * there;
        return noise.isPresent() ? next + (t.sigma * m_plan.noiseFactor) * noise.value() : next;
    }

private:
    Seeds2Plan m_plan;
};

SamplerEquation seeds2Equation(const base::OptionValues& values)
{
    using namespace letters;
    const bool phi2 = base::text(values, "solver_type") == "phi_2";
    return {letters::next + ratioOfSigmas + " e^{−ηh} " + x + " + α_{t−1} (b_{1} " + x0 + " + b_{2} " +
                x0At(2) + ") + σ_{t−1} w",
            {phi2 ? R"(b_{2} = \frac{1}{r} (1−\frac{1−e^{−H}}{H}), b_{1} = 1−e^{−H}−b_{2}, H = (1+η)h)"
                  : R"(b_{2} = \frac{1−e^{−H}}{2r}, b_{1} = 1−e^{−H}−b_{2}, H = (1+η)h)",
             x0At(2) + R"(\rm{ is asked at }λ_{t}+rh\rm{; }w\rm{ is the noise of both parts of the step})",
             stepLength},
            "Gonzalez et al. 2023, SEEDS, algorithm 2"};
}

}  // namespace

SamplerEntry seeds2()
{
    return {
        {.id = "seeds_2",
         .displayName = "SEEDS-2",
         .family = "Exponential integrators",
         .source = "Gonzalez et al. 2023, SEEDS, arXiv 2305.14267, algorithm 2",
         .description = "An exponential solver of the stochastic equation that looks at the clean image "
                        "twice in each step. With r = 1 it is the exponential form of Heun.",
         .order = 2,
         .evaluationsPerStep = 2,
         .stochastic = true,
         .options =
             {Option::number("eta", "η", 1, 0, 1,
                             "Share of fresh noise: 0 solves the ODE, 1 the reverse SDE.", 2),
              Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3),
              Option::number("r", "r", 0.5, 0.05, 1,
                             "Where in a step, in λ, the second look is taken: 1 is its end.", 2),
              Option::choice(
                  "solver_type", "Weights", "phi_1", {{"phi_1", "φ₁"}, {"phi_2", "φ₂"}},
                  "How the second look is weighted: as a midpoint, or as the order conditions have it.")},
         .equation = seeds2Equation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<Seeds2>(Seeds2Plan{.eta = base::number(values, "eta"),
                                                       .noiseFactor = base::number(values, "noise_factor"),
                                                       .ratio = base::number(values, "r"),
                                                       .phi2 = base::text(values, "solver_type") == "phi_2"});
        }};
}

}  // namespace diffuscope::samplers
