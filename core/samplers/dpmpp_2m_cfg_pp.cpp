// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver++ 2M with CFG++: ComfyUI, sample_dpmpp_2m_cfg_pp.
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/unconditional.h"

namespace diffuscope::samplers {

namespace {

class Dpmpp2mCfgPp final : public Sampler
{
public:
    Tensor step(const Tensor& x, const StepContext& step) override
    {
        // y' = D − q·U + q·y + (1 − q)·h/(2·h_last)·(D − U_last), q = k'/k, in y = x/alpha.
        const Prediction p = step.denoise(x, step.level);
        const Tensor& without = unconditionalImage(p);
        Tensor next = p.x0Hat;
        if (!step.next.isClean()) {
            const double q = step.next.noiseToSignal() / step.level.noiseToSignal();
            next = p.x0Hat - q * without + (q / step.level.alpha) * x;
            if (m_last.defined()) {
                const double h = step.next.lambda() - step.level.lambda();
                const double before = step.level.lambda() - m_levelOfLast.lambda();
                next = next + ((1 - q) * h / (2 * before)) * (p.x0Hat - m_last);
            }
        }
        m_last = without;
        m_levelOfLast = step.level;
        return step.next.alpha * next;
    }

private:
    Tensor m_last{};
    NoiseLevel m_levelOfLast{};
};

SamplerEquation dpmpp2mCfgPpEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + "α_{t−1} (" + x0 + R"( + q (\frac{)" + x + "}{α_{t}} − " + u0 +
                R"() + \frac{1−q}{2r} ()" + x0 + " − " + u0Before + "))",
            {R"(q = \frac{k_{t−1}}{k_{t}}, r = \frac{λ_{t}−λ_{t+1}}{h})",
             u0 + R"(\rm{ is the estimate without the condition})", stepLength},
            "ComfyUI, sample_dpmpp_2m_cfg_pp"};
}

}  // namespace

SamplerEntry dpmpp2mCfgPp()
{
    return {{.id = "dpmpp_2m_cfg_pp",
             .displayName = "DPM-Solver++ 2M CFG++",
             .family = "CFG++",
             .source = "Chung et al. 2024, CFG++, arXiv 2406.08070; ComfyUI, sample_dpmpp_2m_cfg_pp",
             .description = "DPM-Solver++ 2M that extrapolates from the guided image to the unconditional "
                            "one before. It wants a guidance of about 1.",
             .order = 1,
             .evaluationsPerStep = 1,
             .stochastic = false,
             .options = {},
             .usesUnconditional = true,
             .needs = [](const auto&) { return GridNeeds{.signal = true}; },
             .equation = dpmpp2mCfgPpEquation},
            [](const base::OptionValues&, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
                return std::make_unique<Dpmpp2mCfgPp>();
            }};
}

}  // namespace diffuscope::samplers
