// SPDX-License-Identifier: GPL-3.0-or-later
// Euler ancestral: an Euler step to a lower level than the next, then fresh noise up to the next
// (k-diffusion).
#include "core/samplers/coordinate.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class EulerAncestral final : public Sampler
{
public:
    EulerAncestral(double eta, double noiseFactor, Coordinate coordinate)
        : m_eta(eta), m_noiseFactor(noiseFactor), m_in(coordinate)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        if (m_in.isFlow())
            return flowStep(x, prediction, step);
        const auto [down, up] = ancestralSplit(step.level.noiseToSignal(), step.next.noiseToSignal(), m_eta);
        // y' = y + (down − k)·eps + up·z with y = x0Hat + k·eps, times alpha'.
        const double alpha = step.next.alpha;
        const Tensor next = alpha * prediction.x0Hat + (alpha * down) * prediction.epsHat;
        return up > 0 ? next + (alpha * up * m_noiseFactor) * step.noise() : next;
    }

private:
    /// In the time of flow, where a state is also shrunk before noise is added.
    Tensor flowStep(const Tensor& x, const Prediction& prediction, const StepContext& step) const
    {
        const double k = m_in.k(step.level);
        const FlowAncestralSplit split = flowAncestralSplit(k, m_in.k(step.next), m_eta);
        const double scale = m_in.scale(step.next);
        const Tensor lower =
            (split.down / (k * m_in.scale(step.level))) * x + (1 - split.down / k) * prediction.x0Hat;
        const Tensor next = (scale * split.keep) * lower;
        return split.up > 0 ? next + (scale * split.up * m_noiseFactor) * step.noise() : next;
    }

    double m_eta;
    double m_noiseFactor;
    Coordinate m_in;
};

SamplerEquation eulerAncestralEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + "α_{t−1} " + x0 + " + α_{t−1} k_{↓} " + eps + " + α_{t−1} k_{↑} " + z,
            {kUp, kDown, ratioOfNoise},
            "k-diffusion, sample_euler_ancestral"};
}

}  // namespace

SamplerEntry eulerAncestral()
{
    return {
        {.id = "euler_a",
         .displayName = "Euler a",
         .family = "Ancestral",
         .source =
             "k-diffusion, sample_euler_ancestral; Song et al. 2021, DDIM, eq. 12 with η = 1 in sigma/alpha",
         .description =
             "Steps below the next noise level and adds fresh noise back up to it. The picture keeps "
             "changing with the number of steps instead of settling.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = true,
         .options = {Option::number("eta", "η", 1, 0, 1, "Share of fresh noise in each step: 0 is Euler.", 2),
                     Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3),
                     variableOption()},
         .equation = eulerAncestralEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
           const schedule::TimeGrid&) {
            return std::make_unique<EulerAncestral>(base::number(values, "eta"),
                                                    base::number(values, "noise_factor"),
                                                    coordinateFrom(values, schedule));
        }};
}

}  // namespace diffuscope::samplers
