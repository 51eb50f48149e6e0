// SPDX-License-Identifier: GPL-3.0-or-later
// LMS: Adams–Bashforth on the probability-flow ODE in sigma/alpha, on steps of any length (k-diffusion).
#include "core/samplers/equation_letters.h"
#include "core/samplers/lagrange.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/slope_history.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class LinearMultistep final : public Sampler
{
public:
    LinearMultistep(int order, bool imageAtEnd, Coordinate coordinate)
        : m_order(order), m_imageAtEnd(imageAtEnd), m_slopes(coordinate, order)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        m_slopes.add(step.level, prediction);
        if (m_imageAtEnd && step.next.isClean())
            return step.next.alpha * prediction.x0Hat;
        // y' = y + sum_j (integral of l_j from k to k')·slope_j, l_j the Lagrange basis over the last levels.
        const auto nodes = m_slopes.nodes(std::min(m_order, m_slopes.size()));
        const double k = m_slopes.coordinate().k(step.level);
        const double next = m_slopes.coordinate().k(step.next);
        std::vector<double> weights;
        for (std::size_t j = 0; j < nodes.size(); ++j)
            weights.push_back(lagrangeIntegral(nodes, j, k, next));
        return m_slopes.summed(weights, x, step.level, step.next);
    }

private:
    int m_order;
    bool m_imageAtEnd;
    SlopeHistory m_slopes;
};

SamplerEquation lmsEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + ratioOfAlphas + " " + x + R"( + α_{t−1} ∑_{j} (∫_{k_{t}}^{k_{t−1}} ℓ_{j} dk) )" +
                R"(\ep{\hat{ε}_{t+j}})",
            {ratioOfNoise, R"(ℓ_{j}\rm{: the Lagrange polynomials over the last levels})", earlierSteps},
            "k-diffusion, sample_lms"};
}

}  // namespace

SamplerEntry lms()
{
    return {{.id = "lms",
             .displayName = "LMS",
             .family = "ODE solvers in sigma",
             .source = "k-diffusion, sample_lms: Adams–Bashforth with variable steps in sigma/alpha",
             .description =
                 "Fits a curve through the last few noise estimates and follows it, so each step costs one "
                 "evaluation. It needs a good number of small steps.",
             .order = 4,
             .evaluationsPerStep = 1,
             .stochastic = false,
             .options = {Option::integer("order", "Order", 4, 1, 4,
                                         "How many past estimates the curve goes through: 1 is Euler."),
                         cleanStepOption(), variableOption()},
             .needs =
                 [](const auto& values) {
                     return GridNeeds{.signal = dividesBySignal(values),
                                      .steps = base::integer(values, "order"),
                                      .orderOption = "order"};
                 },
             .equation = lmsEquation},
            [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
               const schedule::TimeGrid&) {
                return std::make_unique<LinearMultistep>(base::integer(values, "order"),
                                                         base::text(values, "to_clean") == "image",
                                                         coordinateFrom(values, schedule));
            }};
}

}  // namespace diffuscope::samplers
