// SPDX-License-Identifier: GPL-3.0-or-later
// DPM2: the midpoint method in log(sigma/alpha), Karras et al. 2022, algorithm 2 with the midpoint of Lu et
// al. 2022.
#include "core/samplers/churn.h"
#include "core/samplers/coordinate.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

class Dpm2 final : public Sampler
{
public:
    Dpm2(Churn churn, Coordinate coordinate) : m_churn(churn), m_in(coordinate) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const ChurnedState hat = churned(m_churn, x, step);
        const Tensor d = m_in.slope(step.denoise(hat.x, hat.level));
        if (step.next.isClean())
            return m_in.moved(d, hat.x, hat.level, step.next);
        // The midpoint is the geometric mean of the two k; its slope carries the whole step.
        const double middle = std::sqrt(m_in.k(hat.level) * m_in.k(step.next));
        const NoiseLevel midpoint = m_in.level(step.schedule, middle);
        const Tensor there = m_in.moved(d, hat.x, hat.level, midpoint);
        return m_in.moved(m_in.slope(step.denoise(there, midpoint)), hat.x, hat.level, step.next);
    }

private:
    Churn m_churn;
    Coordinate m_in;
};

SamplerEquation dpm2Equation(const base::OptionValues& values)
{
    using namespace letters;
    std::vector<std::string> where{ratioOfNoise,
                                   epsAt(2) + R"(\rm{ is asked half-way, at }k = \sqrt{k_{t} k_{t−1}})"};
    if (base::number(values, "churn") > 0)
        where.push_back(churnLifts);
    return {letters::next + ratioOfAlphas + " " + x + " + α_{t−1} (k_{t−1}−k_{t}) " + epsAt(2), where,
            "k-diffusion, sample_dpm_2"};
}

}  // namespace

SamplerEntry dpm2()
{
    auto options = churnOptions();
    options.push_back(variableOption());
    return {
        {.id = "dpm2",
         .displayName = "DPM2",
         .family = "ODE solvers in sigma",
         .source = "k-diffusion, sample_dpm_2; Karras et al. 2022, algorithm 2; Lu et al. 2022, algorithm 1",
         .description =
             "Takes half a step, looks at the slope there, and uses it for the whole step. The half-way "
             "level is halfway in the logarithm of the noise.",
         .order = 2,
         .evaluationsPerStep = 2,
         .stochastic = false,
         .options = std::move(options),
         .needs = [](const auto& values) { return GridNeeds{.signal = dividesBySignal(values)}; },
         .equation = dpm2Equation,
         .asksAboutChurnedState = [](const auto& values) { return base::number(values, "churn") > 0; }},
        [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
           const schedule::TimeGrid&) {
            return std::make_unique<Dpm2>(churnFrom("DPM2", values), coordinateFrom(values, schedule));
        }};
}

}  // namespace diffuscope::samplers
