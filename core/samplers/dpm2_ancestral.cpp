// SPDX-License-Identifier: GPL-3.0-or-later
// DPM2 ancestral: a midpoint step to a lower level than the next, then fresh noise up to the next
// (k-diffusion).
#include "core/samplers/coordinate.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class Dpm2Ancestral final : public Sampler
{
public:
    Dpm2Ancestral(double eta, double noiseFactor, Coordinate coordinate)
        : m_eta(eta), m_noiseFactor(noiseFactor), m_in(coordinate)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        if (m_in.isFlow())
            return flowStep(x, step);
        const double k = step.level.noiseToSignal();
        const auto [down, up] = ancestralSplit(k, step.next.noiseToSignal(), m_eta);
        const Tensor d = slope(x, k, down, step);
        // y' = y + (down − k)·d + up·z, times alpha'.
        const double alpha = step.next.alpha;
        const Tensor next = (alpha / step.level.alpha) * x + (alpha * (down - k)) * d;
        return up > 0 ? next + (alpha * up * m_noiseFactor) * step.noise() : next;
    }

private:
    /// The slope half-way to `down`, or here where that is the image.
    Tensor slope(const Tensor& x, double k, double down, const StepContext& step) const
    {
        const Tensor d = m_in.slope(step.denoise(x, step.level));
        if (down == 0)
            return d;
        const NoiseLevel midpoint = m_in.level(step.schedule, std::sqrt(k * down));
        return m_in.slope(step.denoise(m_in.moved(d, x, step.level, midpoint), midpoint));
    }

    /// In the time of flow, where a state is also shrunk before noise is added.
    Tensor flowStep(const Tensor& x, const StepContext& step) const
    {
        const double k = m_in.k(step.level);
        const FlowAncestralSplit split = flowAncestralSplit(k, m_in.k(step.next), m_eta);
        const double scale = m_in.scale(step.next);
        const Tensor d = slope(x, k, split.down, step);
        const Tensor lower = x / m_in.scale(step.level) + (split.down - k) * d;
        const Tensor next = (scale * split.keep) * lower;
        return split.up > 0 ? next + (scale * split.up * m_noiseFactor) * step.noise() : next;
    }

    double m_eta;
    double m_noiseFactor;
    Coordinate m_in;
};

SamplerEquation dpm2AncestralEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + ratioOfAlphas + " " + x + " + α_{t−1} (k_{↓}−k_{t}) " + epsAt(2) +
                " + α_{t−1} k_{↑} " + z,
            {kUp, kDown, ratioOfNoise},
            "k-diffusion, sample_dpm_2_ancestral"};
}

}  // namespace

SamplerEntry dpm2Ancestral()
{
    return {
        {.id = "dpm2_a",
         .displayName = "DPM2 a",
         .family = "Ancestral",
         .source = "k-diffusion, sample_dpm_2_ancestral",
         .description =
             "A midpoint step that aims below the next noise level, followed by fresh noise up to it. "
             "Two evaluations a step buy more accuracy than Euler a.",
         .order = 2,
         .evaluationsPerStep = 2,
         .stochastic = true,
         .options = {Option::number("eta", "η", 1, 0, 1, "Share of fresh noise in each step: 0 is DPM2.", 2),
                     Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3),
                     variableOption()},
         .needs = [](const auto& values) { return GridNeeds{.signal = dividesBySignal(values)}; },
         .equation = dpm2AncestralEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
           const schedule::TimeGrid&) {
            return std::make_unique<Dpm2Ancestral>(base::number(values, "eta"),
                                                   base::number(values, "noise_factor"),
                                                   coordinateFrom(values, schedule));
        }};
}

}  // namespace diffuscope::samplers
