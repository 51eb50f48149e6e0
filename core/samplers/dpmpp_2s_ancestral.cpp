// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver++ 2S ancestral: the single-step solver of Lu et al. 2022b, algorithm 1, to a lower level than
// the next, then fresh noise up to the next (k-diffusion, sample_dpmpp_2s_ancestral).
#include "core/samplers/coordinate.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class DpmSolverPp2sAncestral final : public Sampler
{
public:
    DpmSolverPp2sAncestral(double eta, double noiseFactor, Coordinate coordinate)
        : m_eta(eta), m_noiseFactor(noiseFactor), m_in(coordinate)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Tensor image = step.denoise(x, step.level).x0Hat;
        const double k = m_in.k(step.level);
        double down = 0, up = 0, keep = 1;
        if (m_in.isFlow()) {
            const FlowAncestralSplit split = flowAncestralSplit(k, m_in.k(step.next), m_eta);
            down = split.down, up = split.up, keep = split.keep;
        } else {
            const AncestralSplit split = ancestralSplit(k, m_in.k(step.next), m_eta);
            down = split.down, up = split.up;
        }
        if (step.next.isClean())
            return step.next.alpha * image;
        const double scale = m_in.scale(step.next);
        const Tensor y = x / m_in.scale(step.level);
        Tensor next = image;
        if (down > 0) {
            const double middle = m_in.isFlow() ? middleOfFlow(k, down) : std::sqrt(k * down);
            const NoiseLevel m = m_in.level(step.schedule, middle);
            const Tensor inner = m_in.scale(m) * ((middle / k) * y + (1 - middle / k) * image);
            next = (down / k) * y + (1 - down / k) * step.denoise(inner, m).x0Hat;
        }
        next = (scale * keep) * next;
        return up > 0 ? next + (scale * up * m_noiseFactor) * step.noise() : next;
    }

private:
    /// Half-way in lambda; from pure noise, where lambda is infinite, close below it.
    static double middleOfFlow(double k, double down)
    {
        if (k >= 1)
            return 0.9999;
        const double lambda = (std::log((1 - k) / k) + std::log((1 - down) / down)) / 2;
        return 1 / (std::exp(lambda) + 1);
    }

    double m_eta;
    double m_noiseFactor;
    Coordinate m_in;
};

SamplerEquation ancestral2sEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + R"(\frac{α_{t−1}}{α_{t}} \frac{k_{↓}}{k_{t}} )" + x +
                R"( + α_{t−1} (1−\frac{k_{↓}}{k_{t}}) )" + x0At(2) + " + α_{t−1} k_{↑} " + z,
            {x0At(2) + R"(\rm{ is asked half-way, at }k = \sqrt{k_{t} k_{↓}})", kUp, kDown, ratioOfNoise},
            "Lu et al. 2022b, algorithm 1; k-diffusion, sample_dpmpp_2s_ancestral"};
}

}  // namespace

SamplerEntry dpmpp2sAncestral()
{
    return {{.id = "dpmpp_2s_a",
             .displayName = "DPM-Solver++ 2S a",
             .family = "DPM-Solver++",
             .source = "Lu et al. 2022b, DPM-Solver++, algorithm 1; k-diffusion, sample_dpmpp_2s_ancestral",
             .description = "Aims below the next noise level with a look half-way, then adds fresh noise up "
                            "to it. Two evaluations a step; without noise it is DPM-Solver++ 2S.",
             .order = 2,
             .evaluationsPerStep = 2,
             .stochastic = true,
             .options = {Option::number("eta", "η", 1, 0, 1,
                                        "Share of fresh noise in each step: 0 is DPM-Solver++ 2S.", 2),
                         Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3),
                         variableOption()},
             .needs = [](const auto& values) { return GridNeeds{.signal = dividesBySignal(values)}; },
             .equation = ancestral2sEquation},
            [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
               const schedule::TimeGrid&) {
                return std::make_unique<DpmSolverPp2sAncestral>(base::number(values, "eta"),
                                                                base::number(values, "noise_factor"),
                                                                coordinateFrom(values, schedule));
            }};
}

}  // namespace diffuscope::samplers
