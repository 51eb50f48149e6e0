// Heun's method on the probability-flow ODE, with churn: Karras et al. 2022, algorithm 2.
#include "core/samplers/churn.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

class Heun final : public Sampler
{
public:
    explicit Heun(Churn churn) : m_churn(churn) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const ChurnedState hat = churned(m_churn, x, step);
        // d_i is the noise estimate: dy/dk = eps (line 7); Euler step (line 8).
        const Tensor d = step.denoise(hat.x, hat.level).epsHat;
        const Tensor euler = movedAlong(d, hat.x, hat.level, step.next);
        if (step.next.isClean())
            return euler;
        // The trapezoidal rule with the slope at the far end (lines 10 and 11).
        const Tensor dNext = step.denoise(euler, step.next).epsHat;
        return movedAlong(0.5 * (d + dNext), hat.x, hat.level, step.next);
    }

private:
    Churn m_churn;
};

}  // namespace

SamplerEntry heun()
{
    return {
        {.id = "heun",
         .displayName = "Heun",
         .family = "ODE solvers in sigma",
         .source = "Karras et al. 2022, Elucidating the Design Space, algorithm 2",
         .description =
             "Tries an Euler step, looks at the slope where it lands, and goes with the average of the "
             "two. Twice the work of Euler a step, and far more accurate.",
         .order = 2,
         .evaluationsPerStep = 2,
         .stochastic = false,
         .options = churnOptions()},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            requireFallingNoise("Heun", grid);
            requireSignal("Heun", grid);
            return std::make_unique<Heun>(churnFrom("Heun", values));
        }};
}

}  // namespace diffuscope::samplers
