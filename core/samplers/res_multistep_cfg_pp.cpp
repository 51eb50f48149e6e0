// SPDX-License-Identifier: GPL-3.0-or-later
// RES multistep with CFG++: ComfyUI, sample_res_multistep_cfg_pp and sample_res_multistep_ancestral_cfg_pp.
#include "core/samplers/equation_letters.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/unconditional.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class ResMultistepCfgPp final : public Sampler
{
public:
    ResMultistepCfgPp(double eta, double noiseFactor) : m_eta(eta), m_noiseFactor(noiseFactor) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction p = step.denoise(x, step.level);
        const Tensor& without = unconditionalImage(p);
        const double k = step.level.noiseToSignal();
        const auto [down, up] = ancestralSplit(k, step.next.noiseToSignal(), m_eta);
        const Tensor y = x / step.level.alpha;
        Tensor next;
        if (down == 0 || !m_last.defined()) {
            next = p.x0Hat + (down / k) * (y - without);
        } else {
            const double h = std::log(k / down);
            const double phi1 = std::expm1(-h) / -h;
            const double phi2 = (phi1 - 1) / -h;
            // As published, measured from the level that the last step went down to before its noise.
            const double c2 = (m_levelOfLast.lambda() + std::log(m_lastDown)) / h;
            const double b2 = c2 == 0 ? 0 : phi2 / c2;
            next = std::exp(-h) * (y + p.x0Hat - without) + (h * (phi1 - b2)) * without + (h * b2) * m_last;
        }
        m_last = without;
        m_levelOfLast = step.level;
        m_lastDown = down;
        next = step.next.alpha * next;
        return up > 0 ? next + (step.next.alpha * up * m_noiseFactor) * step.noise() : next;
    }

private:
    double m_eta;
    double m_noiseFactor;
    Tensor m_last{};
    NoiseLevel m_levelOfLast{};
    double m_lastDown = 0;
};

SamplerEquation resMultistepCfgPpEquation(const base::OptionValues& values)
{
    using namespace letters;
    const bool noise = base::number(values, "eta") > 0;
    return {
        letters::next + R"(α_{t−1} (e^{−h} (\frac{)" + x + "}{α_{t}} + " + x0 + " − " + u0 + ") + h b_{1} " +
            u0 + " + h b_{2} " + u0Before + ")" + (noise ? " + α_{t−1} k_{↑} " + z : ""),
        {noise ? R"(h = \rm{log}(k_{t}/k_{↓}), k_{↑}^{2}+k_{↓}^{2} = k_{t−1}^{2})" : stepLength,
         u0 + R"(\rm{ is the estimate without the condition; }b_{1}, b_{2}\rm{ from the order conditions})"},
        "ComfyUI, sample_res_multistep_cfg_pp"};
}

}  // namespace

SamplerEntry resMultistepCfgPp()
{
    return {
        {.id = "res_multistep_cfg_pp",
         .displayName = "RES multistep CFG++",
         .family = "CFG++",
         .source = "Chung et al. 2024, CFG++, arXiv 2406.08070; ComfyUI, sample_res_multistep_cfg_pp",
         .description = "RES multistep on the unconditional image, moved by what guidance adds in each step. "
                        "It wants a guidance of about 1.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::number("eta", "η", 0, 0, 1, "Share of fresh noise in each step.", 2),
                     Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3)},
         .usesUnconditional = true,
         .needs = [](const auto&) { return GridNeeds{.signal = true}; },
         .equation = resMultistepCfgPpEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<ResMultistepCfgPp>(base::number(values, "eta"),
                                                       base::number(values, "noise_factor"));
        }};
}

}  // namespace diffuscope::samplers
