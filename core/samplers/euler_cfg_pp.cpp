// SPDX-License-Identifier: GPL-3.0-or-later
// Euler with CFG++: Chung et al. 2024, CFG++, algorithm 2; ComfyUI, sample_euler_cfg_pp.
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/unconditional.h"

namespace diffuscope::samplers {

namespace {

class EulerCfgPp final : public Sampler
{
public:
    Tensor step(const Tensor& x, const StepContext& step) override
    {
        // The guided image, with the noise that the state holds beside the unconditional one.
        const Prediction p = step.denoise(x, step.level);
        const NoiseLevel& s = step.level;
        const Tensor noise = (x - s.alpha * unconditionalImage(p)) / s.sigma;
        return step.next.alpha * p.x0Hat + step.next.sigma * noise;
    }
};

SamplerEquation eulerCfgPpEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + "α_{t−1} " + x0 + R"( + σ_{t−1} \frac{)" + x + " − α_{t} " + u0 + "}{σ_{t}}",
            {u0 + R"(\rm{ is the estimate without the condition})"},
            "Chung et al. 2024, CFG++, algorithm 2"};
}

}  // namespace

SamplerEntry eulerCfgPp()
{
    return {{.id = "euler_cfg_pp",
             .displayName = "Euler CFG++",
             .family = "CFG++",
             .source = "Chung et al. 2024, CFG++, arXiv 2406.08070; ComfyUI, sample_euler_cfg_pp",
             .description = "Steps to the guided image but renoises with the noise found without the "
                            "condition. Guidance of 1 or less is enough, and colours do not burn.",
             .order = 1,
             .evaluationsPerStep = 1,
             .stochastic = false,
             .options = {},
             .usesUnconditional = true,
             .equation = eulerCfgPpEquation},
            [](const base::OptionValues&, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
                return std::make_unique<EulerCfgPp>();
            }};
}

}  // namespace diffuscope::samplers
