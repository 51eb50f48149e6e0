// Euler ancestral: an Euler step to a lower level than the next, then fresh noise up to the next
// (k-diffusion).
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class EulerAncestral final : public Sampler
{
public:
    EulerAncestral(double eta, double noiseFactor) : m_eta(eta), m_noiseFactor(noiseFactor) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        const auto [down, up] = ancestralSplit(step.level.noiseToSignal(), step.next.noiseToSignal(), m_eta);
        // y' = y + (down − k)·eps + up·z with y = x0Hat + k·eps, times alpha'.
        const double alpha = step.next.alpha;
        const Tensor next = alpha * prediction.x0Hat + (alpha * down) * prediction.epsHat;
        return up > 0 ? next + (alpha * up * m_noiseFactor) * step.noise() : next;
    }

private:
    double m_eta;
    double m_noiseFactor;
};

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
                     Option::number("noise_factor", "S noise", 1, 0.5, 1.5, "Factor of the fresh noise.",
                                    3)}},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            requireFallingNoise("Euler a", grid);
            return std::make_unique<EulerAncestral>(base::number(values, "eta"),
                                                    base::number(values, "noise_factor"));
        }};
}

}  // namespace diffuscope::samplers
