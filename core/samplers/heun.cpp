// SPDX-License-Identifier: GPL-3.0-or-later
// Heun's method on the probability-flow ODE, with churn: Karras et al. 2022, algorithm 2.
#include "core/samplers/churn.h"
#include "core/samplers/coordinate.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

class Heun final : public Sampler
{
public:
    Heun(Churn churn, Coordinate coordinate) : m_churn(churn), m_in(coordinate) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const ChurnedState hat = churned(m_churn, x, step);
        // d_i: dy/dk (line 7); Euler step (line 8).
        const Tensor d = m_in.slope(step.denoise(hat.x, hat.level));
        const Tensor euler = m_in.moved(d, hat.x, hat.level, step.next);
        if (step.next.isClean())
            return euler;
        // The trapezoidal rule with the slope at the far end (lines 10 and 11).
        const Tensor dNext = m_in.slope(step.denoise(euler, step.next));
        return m_in.moved(0.5 * (d + dNext), hat.x, hat.level, step.next);
    }

private:
    Churn m_churn;
    Coordinate m_in;
};

SamplerEquation heunEquation(const base::OptionValues& values)
{
    using namespace letters;
    std::vector<std::string> where{ratioOfNoise,
                                   epsAt(2) + R"(\rm{ is asked at }t−1\rm{, where an Euler step lands})"};
    if (base::number(values, "churn") > 0)
        where.push_back(churnLifts);
    return {letters::next + ratioOfAlphas + " " + x + R"( + α_{t−1} (k_{t−1}−k_{t}) \frac{1}{2} ()" + eps +
                " + " + epsAt(2) + ")",
            where, "Karras et al. 2022, algorithm 2"};
}

}  // namespace

SamplerEntry heun()
{
    auto options = churnOptions();
    options.push_back(variableOption());
    return {{.id = "heun",
             .displayName = "Heun",
             .family = "ODE solvers in sigma",
             .source = "Karras et al. 2022, Elucidating the Design Space, algorithm 2",
             .description =
                 "Tries an Euler step, looks at the slope where it lands, and goes with the average of the "
                 "two. Twice the work of Euler a step, and far more accurate.",
             .order = 2,
             .evaluationsPerStep = 2,
             .stochastic = false,
             .options = std::move(options),
             .needs = [](const auto& values) { return GridNeeds{.signal = dividesBySignal(values)}; },
             .equation = heunEquation,
             .asksAboutChurnedState = [](const auto& values) { return base::number(values, "churn") > 0; }},
            [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
               const schedule::TimeGrid&) {
                return std::make_unique<Heun>(churnFrom("Heun", values), coordinateFrom(values, schedule));
            }};
}

}  // namespace diffuscope::samplers
