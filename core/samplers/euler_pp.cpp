// SPDX-License-Identifier: GPL-3.0-or-later
// Euler with a doubled guided slope: ComfyUI, node "SamplerEulerCFG++", version "alternative".
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/unconditional.h"

namespace diffuscope::samplers {

namespace {

class EulerPp final : public Sampler
{
public:
    Tensor step(const Tensor& x, const StepContext& step) override
    {
        // y' = y + (y − 2·D + U)/k·(k' − k), in y = x/alpha.
        const Prediction p = step.denoise(x, step.level);
        const double ratio = step.next.noiseToSignal() / step.level.noiseToSignal() - 1;
        const Tensor y = x / step.level.alpha;
        return step.next.alpha * ((1 + ratio) * y + ratio * unconditionalImage(p) - (2 * ratio) * p.x0Hat);
    }
};

SamplerEquation eulerPpEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + ratioOfAlphas + " " + x + R"( + α_{t−1} (\frac{k_{t−1}}{k_{t}}−1) (\frac{)" + x +
                "}{α_{t}} − 2" + x0 + " + " + u0 + ")",
            {u0 + R"(\rm{ is the estimate without the condition})", ratioOfNoise},
            "ComfyUI, sample_euler_pp"};
}

}  // namespace

SamplerEntry eulerPp()
{
    return {{.id = "euler_pp",
             .displayName = "Euler CFG++, alternative",
             .family = "CFG++",
             .source = "ComfyUI, node SamplerEulerCFG++, version alternative (sample_euler_pp)",
             .description = "An older form of Euler with CFG++, which takes the guided image twice and the "
                            "unconditional one once away. Kept for pictures that were made with it.",
             .order = 1,
             .evaluationsPerStep = 1,
             .stochastic = false,
             .options = {},
             .usesUnconditional = true,
             .needs = [](const auto&) { return GridNeeds{.signal = true}; },
             .equation = eulerPpEquation},
            [](const base::OptionValues&, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
                return std::make_unique<EulerPp>();
            }};
}

}  // namespace diffuscope::samplers
