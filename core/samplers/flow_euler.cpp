// SPDX-License-Identifier: GPL-3.0-or-later
// Euler's method on the rectified-flow ODE dx/dsigma = v, v = eps − x0: Liu et al. 2022, eq. 1; Lipman et al.
// 2022.
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class FlowEuler final : public Sampler
{
public:
    explicit FlowEuler(bool stochastic) : m_stochastic(stochastic) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        // x' = x + (sigma' − sigma)·v keeps image and noise and changes how they are mixed; with fresh noise
        // the mixture is made anew.
        const bool fresh = m_stochastic && !step.next.isClean();
        return step.next.alpha * prediction.x0Hat +
               step.next.sigma * (fresh ? step.noise() : prediction.epsHat);
    }

private:
    bool m_stochastic;
};

SamplerEquation flowEulerEquation(const base::OptionValues& values)
{
    using namespace letters;
    if (base::toggle(values, "stochastic"))
        return {letters::next + "α_{t−1} " + x0 + " + σ_{t−1} " + z,
                {},
                "Liu et al. 2022, eq. 1, with fresh noise"};
    return {
        letters::next + x + " + (σ_{t−1}−σ_{t}) v",
        {"v = " + eps + " − " + x0, "x_{t−1} = α_{t−1} " + x0 + " + σ_{t−1} " + eps + R"(\rm{ is the same})"},
        "Liu et al. 2022, eq. 1"};
}

}  // namespace

SamplerEntry flowEuler()
{
    return {
        {.id = "flow_euler",
         .displayName = "Flow Euler",
         .family = "Flow matching",
         .source =
             "Liu et al. 2022, Rectified Flow, eq. 1; Lipman et al. 2022, Flow Matching; Esser et al. 2024",
         .description =
             "Walks straight along the velocity from noise to image, the sampler of Stable Diffusion 3 "
             "and Flux. The straighter the learned paths, the fewer steps are needed.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::toggle(
                         "stochastic", "Fresh noise", false,
                         "Mixes the estimated image with fresh noise at each level instead of keeping "
                         "the estimated noise."),
                     Option::toggle("any_direction", "Any direction", false,
                                    "Also runs on grids from image to noise, as some other programs do to "
                                    "invert an image.")
                         .forCompatibility()},
         .needs =
             [](const auto& values) {
                 const bool any = base::toggle(values, "any_direction");
                 return GridNeeds{.direction =
                                      any ? GridNeeds::Direction::any : GridNeeds::Direction::toImage};
             },
         .equation = flowEulerEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<FlowEuler>(base::toggle(values, "stochastic"));
        }};
}

}  // namespace diffuscope::samplers
