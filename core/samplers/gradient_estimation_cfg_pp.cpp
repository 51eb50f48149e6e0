// SPDX-License-Identifier: GPL-3.0-or-later
// Gradient estimation with CFG++: ComfyUI, sample_gradient_estimation_cfg_pp.
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/unconditional.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class GradientEstimationCfgPp final : public Sampler
{
public:
    explicit GradientEstimationCfgPp(double gamma) : m_gamma(gamma) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        // y' = D + k'·e + (gamma − 1)·(e − e_last)·(k' − k), e = (y − U)/k, in y = x/alpha.
        const Prediction p = step.denoise(x, step.level);
        const double k = step.level.noiseToSignal(), to = step.next.noiseToSignal();
        const Tensor noise = (x / step.level.alpha - unconditionalImage(p)) / k;
        Tensor next = p.x0Hat + to * noise;
        if (m_last.defined() && to > 0)
            next = next + ((m_gamma - 1) * (to - k)) * (noise - m_last);
        m_last = noise;
        return step.next.alpha * next;
    }

private:
    double m_gamma;
    Tensor m_last{};
};

SamplerEquation gradientEstimationCfgPpEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + "α_{t−1} (" + x0 + " + k_{t−1} e_{t} + (γ−1) (k_{t−1}−k_{t}) (e_{t} − e_{t+1}))",
            {R"(e_{t} = \frac{)" + x + "/α_{t} − " + u0 + "}{k_{t}}",
             u0 + R"(\rm{ is the estimate without the condition})", ratioOfNoise},
            "ComfyUI, sample_gradient_estimation_cfg_pp"};
}

}  // namespace

SamplerEntry gradientEstimationCfgPp()
{
    return {
        {.id = "gradient_estimation_cfg_pp",
         .displayName = "Gradient estimation CFG++",
         .family = "CFG++",
         .source = "Chung et al. 2024, CFG++, arXiv 2406.08070; ComfyUI, sample_gradient_estimation_cfg_pp",
         .description = "Gradient estimation on the noise found without the condition, around the guided "
                        "image. It wants a guidance of about 1.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::number("gamma", "γ", 2, 1, 5,
                                    "How strongly the last change is followed: 1 is Euler CFG++.", 2)},
         .usesUnconditional = true,
         .needs = [](const auto&) { return GridNeeds{.signal = true}; },
         .equation = gradientEstimationCfgPpEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<GradientEstimationCfgPp>(base::number(values, "gamma"));
        }};
}

}  // namespace diffuscope::samplers
