// DPM2 ancestral: a midpoint step to a lower level than the next, then fresh noise up to the next
// (k-diffusion).
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class Dpm2Ancestral final : public Sampler
{
public:
    Dpm2Ancestral(double eta, double noiseFactor) : m_eta(eta), m_noiseFactor(noiseFactor) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const double k = step.level.noiseToSignal();
        const auto [down, up] = ancestralSplit(k, step.next.noiseToSignal(), m_eta);
        Tensor d = step.denoise(x, step.level).epsHat;
        if (down > 0) {
            const NoiseLevel midpoint = step.schedule.levelOfNoiseToSignal(std::sqrt(k * down));
            d = step.denoise(movedAlong(d, x, step.level, midpoint), midpoint).epsHat;
        }
        // y' = y + (down − k)·d + up·z, times alpha'.
        const double alpha = step.next.alpha;
        const Tensor next = (alpha / step.level.alpha) * x + (alpha * (down - k)) * d;
        return up > 0 ? next + (alpha * up * m_noiseFactor) * step.noise() : next;
    }

private:
    double m_eta;
    double m_noiseFactor;
};

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
                     Option::number("noise_factor", "S noise", 1, 0.5, 1.5, "Factor of the fresh noise.",
                                    3)}},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            requireFallingNoise("DPM2 a", grid);
            requireSignal("DPM2 a", grid);
            return std::make_unique<Dpm2Ancestral>(base::number(values, "eta"),
                                                   base::number(values, "noise_factor"));
        }};
}

}  // namespace diffuscope::samplers
