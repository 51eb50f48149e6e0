// LMS: Adams–Bashforth on the probability-flow ODE in sigma/alpha, on steps of any length (k-diffusion).
#include "core/samplers/history.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class LinearMultistep final : public Sampler
{
public:
    explicit LinearMultistep(int order) : m_order(order), m_history(order) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        m_history.add(step.level, step.denoise(x, step.level).epsHat);
        const int points = std::min(m_order, m_history.size());
        // y' = y + sum_j (integral of l_j from k to k')·eps_j, l_j the Lagrange basis over the last levels.
        Tensor next = (step.next.alpha / step.level.alpha) * x;
        for (int j = 0; j < points; ++j)
            next = next + (step.next.alpha * integral(j, points, step)) * m_history[j].value;
        return next;
    }

private:
    /// The integral by Gauss–Legendre with two points, which is exact for the cubics that occur.
    double integral(int j, int points, const StepContext& step) const
    {
        const double from = step.level.noiseToSignal();
        const double half = (step.next.noiseToSignal() - from) / 2;
        const double offset = 1 / std::sqrt(3.0);
        return half *
               (basis(j, points, from + half * (1 - offset)) + basis(j, points, from + half * (1 + offset)));
    }

    double basis(int j, int points, double k) const
    {
        const double node = m_history[j].level.noiseToSignal();
        double value = 1;
        for (int m = 0; m < points; ++m)
            if (m != j) {
                const double other = m_history[m].level.noiseToSignal();
                value *= (k - other) / (node - other);
            }
        return value;
    }

    int m_order;
    History m_history;
};

}  // namespace

SamplerEntry lms()
{
    return {
        {.id = "lms",
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
                                     "How many past estimates the curve goes through: 1 is Euler.")}},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            const int order = base::integer(values, "order");
            requireFallingNoise("LMS", grid);
            requireStepsForOrder("LMS", order, grid, true);
            requireSignal("LMS", grid);
            return std::make_unique<LinearMultistep>(order);
        }};
}

}  // namespace diffuscope::samplers
