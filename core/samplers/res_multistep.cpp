// SPDX-License-Identifier: GPL-3.0-or-later
// RES multistep: Zhang et al. 2023, Improved Order Analysis and Design of Exponential Integrator for
// Diffusion Models (arXiv 2308.02157), the two-step refined exponential solver in lambda = −log(sigma/alpha).
#include "core/samplers/coordinate.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/history.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class ResMultistep final : public Sampler
{
public:
    ResMultistep(double eta, double noiseFactor, bool fromDown, Coordinate coordinate)
        : m_eta(eta), m_noiseFactor(noiseFactor), m_fromDown(fromDown), m_in(coordinate), m_history(2)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Tensor image = step.denoise(x, step.level).x0Hat;
        m_history.add(step.level, image);
        if (step.next.isClean())
            return step.next.alpha * image;
        const double k = m_in.k(step.level);
        const auto [down, up] = ancestralSplit(k, m_in.k(step.next), m_eta);
        const double scale = m_in.scale(step.next);
        const Tensor next = scale * (down > 0 ? solved(x, step, k, down) : image);
        m_lastDown = down;
        return up > 0 ? next + (scale * up * m_noiseFactor) * step.noise() : next;
    }

private:
    /// y at `down`: e^−h·y + h·(b1·D_n + b2·D_{n−1}), b2 = phi_2(−h)/c2, b1 = phi_1(−h) − b2, c2 =
    /// −h_{n−1}/h.
    Tensor solved(const Tensor& x, const StepContext& step, double k, double down) const
    {
        const double h = std::log(k / down);
        const double phi1 = std::expm1(-h) / -h;
        const double phi2 = (phi1 - 1) / -h;
        const Tensor y = x / m_in.scale(step.level);
        if (m_history.size() == 1)
            return std::exp(-h) * y + (h * phi1) * m_history[0].value;
        // The published program measures from the level that the last step went down to before its noise.
        const double here = m_fromDown ? -std::log(m_lastDown) : m_in.logarithm(step.level);
        const double c2 = (m_in.logarithm(m_history[1].level) - here) / h;
        const double b2 = c2 == 0 ? 0 : phi2 / c2;
        return std::exp(-h) * y + (h * (phi1 - b2)) * m_history[0].value + (h * b2) * m_history[1].value;
    }

    double m_eta;
    double m_noiseFactor;
    bool m_fromDown;
    Coordinate m_in;
    double m_lastDown = 0;
    History m_history;
};

SamplerEquation resMultistepEquation(const base::OptionValues& values)
{
    using namespace letters;
    const bool noise = base::number(values, "eta") > 0;
    return {letters::next + R"(α_{t−1} (e^{−h} \frac{)" + x + "}{α_{t}} + h b_{1} " + x0 + " + h b_{2} " +
                x0Before + ")" + (noise ? " + α_{t−1} k_{↑} " + z : ""),
            {noise ? R"(h = \rm{log}(k_{t}/k_{↓}), k_{↑}^{2}+k_{↓}^{2} = k_{t−1}^{2})" : stepLength,
             R"(b_{1}, b_{2}\rm{ from the order conditions})"},
            "Zhang et al. 2023, arXiv 2308.02157"};
}

}  // namespace

SamplerEntry resMultistep()
{
    return {
        {.id = "res_multistep",
         .displayName = "RES multistep",
         .family = "Exponential integrators",
         .source = "Zhang et al. 2023, arXiv 2308.02157, refined exponential solver, two-step form",
         .description =
             "An exponential integrator whose weights satisfy all order conditions, in a form that "
             "reuses the last step. Close to DPM-Solver++ 2M, with optional fresh noise.",
         .order = 2,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::number("eta", "η", 0, 0, 1, "Share of fresh noise in each step.", 2),
                     Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3),
                     Option::choice("last_level", "Last estimate at", "own",
                                    {{"own", "Its own level"}, {"down", "The lowered level"}},
                                    "With noise, which distance to the last estimate the weights take: the "
                                    "true one, or the one of the published program.")
                         .forCompatibility(),
                     variableOption()},
         .needs = [](const auto& values) { return GridNeeds{.signal = dividesBySignal(values), .steps = 2}; },
         .equation = resMultistepEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
           const schedule::TimeGrid&) {
            return std::make_unique<ResMultistep>(
                base::number(values, "eta"), base::number(values, "noise_factor"),
                base::text(values, "last_level") == "down", coordinateFrom(values, schedule));
        }};
}

}  // namespace diffuscope::samplers
