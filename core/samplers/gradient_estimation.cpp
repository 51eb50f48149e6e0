// Gradient estimation: Permenter & Yuan 2023, Interpreting and Improving Diffusion Models, eq. 8 (second
// order).
#include "core/samplers/history.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class GradientEstimation final : public Sampler
{
public:
    explicit GradientEstimation(double gamma) : m_gamma(gamma), m_history(2) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        m_history.add(step.level, prediction.epsHat);
        if (step.next.isClean())
            return step.next.alpha * prediction.x0Hat;
        Tensor d = prediction.epsHat;
        if (m_history.size() == 2)
            d = m_gamma * d + (1 - m_gamma) * m_history[1].value;
        return movedAlong(d, x, step.level, step.next);
    }

private:
    double m_gamma;
    History m_history;
};

}  // namespace

SamplerEntry gradientEstimation()
{
    return {
        {.id = "gradient_estimation",
         .displayName = "Gradient estimation",
         .family = "ODE solvers in sigma",
         .source = "Permenter & Yuan 2023, Interpreting and Improving Diffusion Models from an Optimization "
                   "Perspective, eq. 8",
         .description =
             "Reads denoising as descent towards the images and corrects each noise estimate by its "
             "last change. One evaluation a step and better than Euler at the same count.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::number(
             "gamma", "γ", 2, 1, 5,
             "How strongly the last change is followed: 1 is Euler, 2 the paper's value.", 2)}},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            requireFallingNoise("Gradient estimation", grid);
            requireSignal("Gradient estimation", grid);
            return std::make_unique<GradientEstimation>(base::number(values, "gamma"));
        }};
}

}  // namespace diffuscope::samplers
