// SPDX-License-Identifier: GPL-3.0-or-later
// Gradient estimation: Permenter & Yuan 2023, Interpreting and Improving Diffusion Models, eq. 8 (second
// order).
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/slope_history.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class GradientEstimation final : public Sampler
{
public:
    GradientEstimation(double gamma, Coordinate coordinate) : m_gamma(gamma), m_slopes(coordinate, 2) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        m_slopes.add(step.level, prediction);
        if (step.next.isClean())
            return step.next.alpha * prediction.x0Hat;
        Tensor d = m_slopes[0];
        if (m_slopes.size() == 2)
            d = m_gamma * d + (1 - m_gamma) * m_slopes[1];
        return m_slopes.coordinate().moved(d, x, step.level, step.next);
    }

private:
    double m_gamma;
    SlopeHistory m_slopes;
};

SamplerEquation gradientEstimationEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + ratioOfAlphas + " " + x + " + α_{t−1} (k_{t−1}−k_{t}) (γ " + eps + " + (1−γ) " +
                epsBefore + ")",
            {ratioOfNoise, earlierSteps},
            "Permenter & Yuan 2023, eq. 8"};
}

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
                         "How strongly the last change is followed: 1 is Euler, 2 the paper's value.", 2),
                     variableOption()},
         .needs = [](const auto& values) { return GridNeeds{.signal = dividesBySignal(values)}; },
         .equation = gradientEstimationEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
           const schedule::TimeGrid&) {
            return std::make_unique<GradientEstimation>(base::number(values, "gamma"),
                                                        coordinateFrom(values, schedule));
        }};
}

}  // namespace diffuscope::samplers
