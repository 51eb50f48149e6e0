// SPDX-License-Identifier: GPL-3.0-or-later
// iPNDM: Zhang & Chen 2023, DEIS, section 3.2 (improved PNDM): Adams–Bashforth on the noise, low orders to
// warm up.
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/slope_history.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class Ipndm final : public Sampler
{
public:
    Ipndm(int order, bool imageAtEnd, Coordinate coordinate)
        : m_imageAtEnd(imageAtEnd), m_slopes(coordinate, order)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        m_slopes.add(step.level, prediction);
        if (m_imageAtEnd && step.next.isClean())
            return step.next.alpha * prediction.x0Hat;
        return m_slopes.coordinate().moved(extrapolatedSlope(), x, step.level, step.next);
    }

private:
    /// The Adams–Bashforth mean of the remembered estimates.
    Tensor extrapolatedSlope() const
    {
        const auto& e = m_slopes;
        switch (e.size()) {
            case 1:
                return e[0];
            case 2:
                return (3 * e[0] - e[1]) / 2;
            case 3:
                return (23 * e[0] - 16 * e[1] + 5 * e[2]) / 12;
            default:
                return (55 * e[0] - 59 * e[1] + 37 * e[2] - 9 * e[3]) / 24;
        }
    }

    bool m_imageAtEnd;
    SlopeHistory m_slopes;
};

SamplerEquation ipndmEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + ratioOfAlphas + " " + x + " + α_{t−1} (k_{t−1}−k_{t}) e",
            {R"(e = \frac{1}{24} (55 )" + eps + " − 59 " + epsBefore +
                 R"( + 37 \ep{\hat{ε}_{t+2}} − 9 \ep{\hat{ε}_{t+3}}))",
             ratioOfNoise, earlierSteps},
            "Zhang & Chen 2023, DEIS, section 3.2"};
}

}  // namespace

SamplerEntry ipndm()
{
    return {{.id = "ipndm",
             .displayName = "iPNDM",
             .family = "DDIM",
             .source = "Zhang & Chen 2023, DEIS, section 3.2 (iPNDM), after Liu et al. 2022, eq. 12",
             .description =
                 "PLMS with a plain start: the first steps use the few estimates there are. Good at 8 to 20 "
                 "steps, one evaluation each.",
             .order = 4,
             .evaluationsPerStep = 1,
             .stochastic = false,
             .options = {Option::integer("order", "Order", 4, 1, 4,
                                         "How many past estimates are combined: 1 is DDIM."),
                         cleanStepOption(), variableOption()},
             .wantsShortEnd = true,
             .needs =
                 [](const auto& values) {
                     return GridNeeds{.signal = dividesBySignal(values),
                                      .steps = base::integer(values, "order"),
                                      .orderOption = "order"};
                 },
             .equation = ipndmEquation},
            [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
               const schedule::TimeGrid&) {
                return std::make_unique<Ipndm>(base::integer(values, "order"),
                                               base::text(values, "to_clean") == "image",
                                               coordinateFrom(values, schedule));
            }};
}

}  // namespace diffuscope::samplers
