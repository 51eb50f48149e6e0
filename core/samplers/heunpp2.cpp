// SPDX-License-Identifier: GPL-3.0-or-later
// Heun++ with up to three looks a step: Carzit, ComfyUI, sample_heunpp2. The weights come from where a level
// lies below the first one, not from conditions of order.
#include "core/samplers/churn.h"
#include "core/samplers/coordinate.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class HeunPlusPlus final : public Sampler
{
public:
    HeunPlusPlus(Churn churn, Coordinate coordinate) : m_churn(churn), m_in(coordinate) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const ChurnedState hat = churned(m_churn, x, step);
        const Tensor d = m_in.slope(step.denoise(hat.x, hat.level));
        const Tensor euler = m_in.moved(d, hat.x, hat.level, step.next);
        if (step.isLast())
            return euler;
        const double first = m_in.k(step.grid[0]);
        const double next = m_in.k(step.next);
        const Tensor second = m_in.slope(step.denoise(euler, step.next));
        if (step.index + 2 == step.steps()) {
            const double share = next / (2 * first);
            return m_in.moved((1 - share) * d + share * second, hat.x, hat.level, step.next);
        }
        const NoiseLevel& beyond = step.grid[step.index + 2];
        const Tensor further = m_in.moved(second, euler, step.next, beyond);
        const Tensor third = m_in.slope(step.denoise(further, beyond));
        const double share = next / (3 * first);
        const double shareBeyond = m_in.k(beyond) / (3 * first);
        return m_in.moved((1 - share - shareBeyond) * d + share * second + shareBeyond * third, hat.x,
                          hat.level, step.next);
    }

private:
    Churn m_churn;
    Coordinate m_in;
};

SamplerEquation heunPpEquation(const base::OptionValues& values)
{
    using namespace letters;
    std::vector<std::string> where{
        R"(w_{2} = \frac{k_{t−1}}{3k_{T}}, w_{3} = \frac{k_{t−2}}{3k_{T}}\rm{, }T\rm{ the first level})",
        epsAt(2) + R"(\rm{ and })" + epsAt(3) +
            R"(\rm{ are asked at }t−1\rm{ and }t−2\rm{, where Euler steps land})",
        ratioOfNoise};
    if (base::number(values, "churn") > 0)
        where.push_back(churnLifts);
    return {letters::next + ratioOfAlphas + " " + x + " + α_{t−1} (k_{t−1}−k_{t}) ((1−w_{2}−w_{3}) " + eps +
                " + w_{2} " + epsAt(2) + " + w_{3} " + epsAt(3) + ")",
            where, "Carzit, Heun++; ComfyUI, sample_heunpp2"};
}

std::vector<Option> heunPpOptions()
{
    auto options = churnOptions();
    options.push_back(variableOption());
    return options;
}

}  // namespace

SamplerEntry heunPp()
{
    return {{.id = "heunpp2",
             .displayName = "Heun++ 2",
             .family = "ODE solvers in sigma",
             .source = "Carzit, Heun++; ComfyUI, sample_heunpp2",
             .description =
                 "Heun with a third look one level further on, and weights that favour the slope here as the "
                 "noise falls. Three evaluations a step, two in the last but one and one in the last.",
             .order = 1,
             .evaluationsPerStep = 3,
             .stochastic = false,
             .options = heunPpOptions(),
             .needs = [](const auto& values) { return GridNeeds{.signal = dividesBySignal(values)}; },
             .equation = heunPpEquation,
             .asksAboutChurnedState = [](const auto& values) { return base::number(values, "churn") > 0; }},
            [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
               const schedule::TimeGrid&) {
                return std::make_unique<HeunPlusPlus>(churnFrom("Heun++ 2", values),
                                                      coordinateFrom(values, schedule));
            }};
}

}  // namespace diffuscope::samplers
