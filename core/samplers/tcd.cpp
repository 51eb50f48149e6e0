// SPDX-License-Identifier: GPL-3.0-or-later
// TCD: Zheng et al. 2024, Trajectory Consistency Distillation, algorithm 4 (strategic stochastic sampling).
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/transition.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class Tcd final : public Sampler
{
public:
    explicit Tcd(double eta) : m_eta(eta) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        // Jump along the trajectory to the time s = floor((1 − gamma)·t_next), then noise from s back to
        // t_next.
        const NoiseLevel s =
            step.next.isClean() ? step.next : step.schedule.levelAt(std::floor((1 - m_eta) * step.next.t));
        const Tensor jumped = s.alpha * prediction.x0Hat + s.sigma * prediction.epsHat;
        if (m_eta == 0 || step.isLast())
            return jumped;
        return alphaRatio(step.next, s) * jumped + std::sqrt(forwardVariance(step.next, s)) * step.noise();
    }

private:
    double m_eta;
};

SamplerEquation tcdEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + R"(\frac{α_{t−1}}{α_{s}} (α_{s} )" + x0 + " + σ_{s} " + eps +
                R"() + \sqrt{σ_{t−1}^{2}−\frac{α_{t−1}^{2}}{α_{s}^{2}}σ_{s}^{2}} )" + z,
            {R"(s = (1−γ)(t−1)\rm{, the time that is jumped to})"},
            "Zheng et al. 2024, algorithm 4"};
}

}  // namespace

SamplerEntry tcd()
{
    return {{.id = "tcd",
             .displayName = "TCD",
             .family = "Few-step students",
             .source = "Zheng et al. 2024, Trajectory Consistency Distillation, algorithm 4",
             .description =
                 "Jumps along the path to a time below the next and adds noise back up to it. γ trades the "
                 "detail that noise brings against the errors of each jump.",
             .order = 1,
             .evaluationsPerStep = 1,
             .stochastic = true,
             .options = {Option::number(
                 "eta", "γ", 0.3, 0, 1,
                 "How far below the next time a step jumps: 0 is deterministic, 1 jumps to the "
                 "clean image each time.",
                 2)},
             .equation = tcdEquation},
            [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
                return std::make_unique<Tcd>(base::number(values, "eta"));
            }};
}

}  // namespace diffuscope::samplers
