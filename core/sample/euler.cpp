// Euler's method on the probability-flow ODE, with churn: Karras et al. 2022, algorithm 2 without its
// correction.
#include "core/sample/churn.h"
#include "core/sample/sampler_checks.h"
#include "core/sample/sampler_entry.h"

namespace diffuscope::sample {

namespace {

class Euler final : public Sampler
{
public:
    Euler(Churn churn, bool lateChurn) : m_churn(churn), m_lateChurn(lateChurn) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        if (m_lateChurn)
            return stepWithLateChurn(x, step);
        const ChurnedState hat = churned(m_churn, x, step);
        const Prediction prediction = step.denoise(hat.x, hat.level);
        // y' = y^ + (k' − k^)·eps, and y^ = x0Hat + k^·eps: the state with the same image and noise at the
        // next level.
        return step.next.alpha * prediction.x0Hat + step.next.sigma * prediction.epsHat;
    }

private:
    /// The noise is added after the network was asked and the noise estimate is kept.
    Tensor stepWithLateChurn(const Tensor& x, const StepContext& step) const
    {
        const Prediction prediction = step.denoise(x, step.level);
        const ChurnedState hat = churned(m_churn, x, step);
        const double k = hat.level.noiseToSignal();
        return (step.next.alpha / hat.level.alpha) * hat.x +
               (step.next.sigma - step.next.alpha * k) * prediction.epsHat;
    }

    Churn m_churn;
    bool m_lateChurn;
};

}  // namespace

SamplerEntry euler()
{
    auto options = churnOptions();
    options.push_back(
        registry::Option::toggle("late_churn", "Add noise late", false,
                                 "Adds the churn noise after the network was asked instead of before, as "
                                 "some other programs do."));
    return {
        {.id = "euler",
         .displayName = "Euler",
         .family = "ODE solvers in sigma",
         .source =
             "Karras et al. 2022, Elucidating the Design Space, algorithm 2 without the second-order part",
         .description =
             "Follows the straight line along the estimated noise to the next level. Without churn it "
             "is the same as DDIM with η = 0, and as predictable.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = std::move(options)},
        [](const registry::OptionValues& values, const schedule::NoiseSchedule&,
           const schedule::TimeGrid& grid) {
            requireFallingNoise("Euler", grid);
            if (registry::toggle(values, "late_churn"))
                requireSignal("Euler", grid);
            return std::make_unique<Euler>(churnFrom("Euler", values),
                                           registry::toggle(values, "late_churn"));
        }};
}

}  // namespace diffuscope::sample
