// SPDX-License-Identifier: GPL-3.0-or-later
// Euler ancestral with CFG++: Chung et al. 2024, CFG++; ComfyUI, sample_euler_ancestral_cfg_pp.
#include "core/samplers/equation_letters.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/unconditional.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class EulerAncestralCfgPp final : public Sampler
{
public:
    EulerAncestralCfgPp(double eta, double noiseFactor) : m_eta(eta), m_noiseFactor(noiseFactor) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction p = step.denoise(x, step.level);
        const NoiseLevel& s = step.level;
        const double alpha = step.next.alpha;
        const auto [down, up] = ancestralSplit(s.noiseToSignal(), step.next.noiseToSignal(), m_eta);
        const Tensor noise = (x - s.alpha * unconditionalImage(p)) / s.sigma;
        const Tensor next = alpha * p.x0Hat + (alpha * down) * noise;
        return up > 0 ? next + (alpha * up * m_noiseFactor) * step.noise() : next;
    }

private:
    double m_eta;
    double m_noiseFactor;
};

SamplerEquation eulerAncestralCfgPpEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + "α_{t−1} " + x0 + R"( + α_{t−1} k_{↓} \frac{)" + x + " − α_{t} " + u0 +
                "}{σ_{t}} + α_{t−1} k_{↑} " + z,
            {u0 + R"(\rm{ is the estimate without the condition})", kUp, kDown, ratioOfNoise},
            "Chung et al. 2024, CFG++; ComfyUI, sample_euler_ancestral_cfg_pp"};
}

}  // namespace

SamplerEntry eulerAncestralCfgPp()
{
    return {
        {.id = "euler_a_cfg_pp",
         .displayName = "Euler a CFG++",
         .family = "CFG++",
         .source = "Chung et al. 2024, CFG++, arXiv 2406.08070; ComfyUI, sample_euler_ancestral_cfg_pp",
         .description = "Euler ancestral that goes to the guided image but keeps the noise found without the "
                        "condition. It wants a guidance of about 1.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = true,
         .options = {Option::number("eta", "η", 1, 0, 1, "Share of fresh noise in each step.", 2),
                     Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3)},
         .usesUnconditional = true,
         .equation = eulerAncestralCfgPpEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<EulerAncestralCfgPp>(base::number(values, "eta"),
                                                         base::number(values, "noise_factor"));
        }};
}

}  // namespace diffuscope::samplers
