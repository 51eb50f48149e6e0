// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver++ 2S ancestral with CFG++: ComfyUI, sample_dpmpp_2s_ancestral_cfg_pp.
#include "core/samplers/equation_letters.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/unconditional.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class Dpmpp2sAncestralCfgPp final : public Sampler
{
public:
    Dpmpp2sAncestralCfgPp(double eta, double noiseFactor) : m_eta(eta), m_noiseFactor(noiseFactor) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const double k = step.level.noiseToSignal();
        const double alpha = step.next.alpha;
        const auto [down, up] = ancestralSplit(k, step.next.noiseToSignal(), m_eta);
        const Prediction here = step.denoise(x, step.level);
        const Tensor y = x / step.level.alpha;
        // Down to the image there is but one look: an Euler step.
        Tensor next = here.x0Hat + (down / k) * (y - unconditionalImage(here));
        if (down > 0) {
            const double middle = std::sqrt(k * down);
            const NoiseLevel m = step.schedule.levelOfNoiseToSignal(middle);
            const Tensor shifted = y + here.x0Hat - unconditionalImage(here);
            const Tensor inner = m.alpha * ((middle / k) * shifted + (1 - middle / k) * here.x0Hat);
            const Prediction there = step.denoise(inner, m);
            // As published, the second unconditional estimate takes the place of the first.
            next = (down / k) * (y + here.x0Hat - unconditionalImage(there)) + (1 - down / k) * there.x0Hat;
        }
        next = alpha * next;
        return up > 0 ? next + (alpha * up * m_noiseFactor) * step.noise() : next;
    }

private:
    double m_eta;
    double m_noiseFactor;
};

SamplerEquation dpmpp2sAncestralCfgPpEquation(const base::OptionValues&)
{
    using namespace letters;
    return {
        letters::next + R"(α_{t−1} \frac{k_{↓}}{k_{t}} (\frac{)" + x + "}{α_{t}} + " + x0 +
            R"( − \xo{\hat{u}_{0}^{(2)}}) + α_{t−1} (1−\frac{k_{↓}}{k_{t}}) )" + x0At(2) +
            " + α_{t−1} k_{↑} " + z,
        {R"(\xo{\hat{u}_{0}^{(2)}}\rm{ is the estimate without the condition, half-way at }\sqrt{k_{t} k_{↓}})",
         kUp, kDown, ratioOfNoise},
        "ComfyUI, sample_dpmpp_2s_ancestral_cfg_pp"};
}

}  // namespace

SamplerEntry dpmpp2sAncestralCfgPp()
{
    return {
        {.id = "dpmpp_2s_a_cfg_pp",
         .displayName = "DPM-Solver++ 2S a CFG++",
         .family = "CFG++",
         .source = "Chung et al. 2024, CFG++, arXiv 2406.08070; ComfyUI, sample_dpmpp_2s_ancestral_cfg_pp",
         .description = "DPM-Solver++ 2S ancestral that moves by the difference of the guided and the "
                        "unconditional image. Two evaluations a step, at a guidance of about 1.",
         .order = 1,
         .evaluationsPerStep = 2,
         .stochastic = true,
         .options = {Option::number("eta", "η", 1, 0, 1, "Share of fresh noise in each step.", 2),
                     Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3)},
         .usesUnconditional = true,
         .needs = [](const auto&) { return GridNeeds{.signal = true}; },
         .equation = dpmpp2sAncestralCfgPpEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<Dpmpp2sAncestralCfgPp>(base::number(values, "eta"),
                                                           base::number(values, "noise_factor"));
        }};
}

}  // namespace diffuscope::samplers
