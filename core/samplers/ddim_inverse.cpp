// SPDX-License-Identifier: GPL-3.0-or-later
// DDIM inversion: eq. 12 of Song et al. 2021 with eta = 0 run from image to noise (their section 4.3).
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/stride.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class DdimInverse final : public Sampler
{
public:
    DdimInverse(bool tellNextTime, bool startByStride)
        : m_tellNextTime(tellNextTime), m_startByStride(startByStride)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        NoiseLevel level = m_startByStride ? strideBelowNext(step) : step.level;
        if (m_tellNextTime)
            level.t = step.next.t;
        const Prediction prediction = step.denoise(x, level);
        return step.next.alpha * prediction.x0Hat + step.next.sigma * prediction.epsHat;
    }

private:
    /// The level at time t − T/N, t the time the step goes to; the grid's first level below time 0.
    static NoiseLevel strideBelowNext(const StepContext& step)
    {
        const double start = step.next.t - stride(step.grid, step.schedule);
        return start < 0 ? step.grid.levels.front() : step.schedule.levelAt(start);
    }

    bool m_tellNextTime;
    bool m_startByStride;
};

SamplerEquation ddimInverseEquation(const base::OptionValues&)
{
    using namespace letters;
    return {R"(x_{t+1} = \sqrt{\bar{α}_{t+1}} )" + x0 + R"( + \sqrt{1−\bar{α}_{t+1}} )" + eps,
            {R"(t+1\rm{ is the noisier level that the step leads to})"},
            "Song et al. 2021, DDIM, section 4.3"};
}

}  // namespace

SamplerEntry ddimInverse()
{
    return {{.id = "ddim_inverse",
             .displayName = "DDIM inverse",
             .family = "DDIM",
             .source = "Song et al. 2021, DDIM, section 4.3, eq. 13 run backwards",
             .description =
                 "Runs DDIM from the image to the noise that would have made it. Sampling from that noise "
                 "gives the image back, or an edited one under another condition.",
             .order = 1,
             .evaluationsPerStep = 1,
             .stochastic = false,
             .options = {Option::choice(
                             "network_time", "Time told", "own",
                             {{"own", "Time of the state"}, {"next", "Time of the next level"}},
                             "Whether the network is told the time the state is at, or the one it goes to as "
                             "some other programs do, which helps at the clean image.")
                             .forCompatibility(),
                         Option::choice(
                             "previous_time", "Previous time", "grid",
                             {{"grid", "Own level of the grid"}, {"stride", "t − T/steps"}},
                             "Which level the state is taken to be at: its own on the grid, or that at "
                             "t − T/steps of the next time, as some other programs do.")
                             .forCompatibility()},
             .inverse = true,
             .needs = [](const auto&) { return GridNeeds{.direction = GridNeeds::Direction::toNoise}; },
             .equation = ddimInverseEquation},
            [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
                return std::make_unique<DdimInverse>(base::text(values, "network_time") == "next",
                                                     base::text(values, "previous_time") == "stride");
            }};
}

}  // namespace diffuscope::samplers
