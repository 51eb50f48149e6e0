// DPM2: the midpoint method in log(sigma/alpha), Karras et al. 2022, algorithm 2 with the midpoint of Lu et
// al. 2022.
#include "core/samplers/churn.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

class Dpm2 final : public Sampler
{
public:
    explicit Dpm2(Churn churn) : m_churn(churn) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const ChurnedState hat = churned(m_churn, x, step);
        const Tensor d = step.denoise(hat.x, hat.level).epsHat;
        if (step.next.isClean())
            return movedAlong(d, hat.x, hat.level, step.next);
        // The midpoint is the geometric mean of the two sigma/alpha; its slope carries the whole step.
        const double middle = std::sqrt(hat.level.noiseToSignal() * step.next.noiseToSignal());
        const NoiseLevel midpoint = step.schedule.levelOfNoiseToSignal(middle);
        const Tensor dMiddle = step.denoise(movedAlong(d, hat.x, hat.level, midpoint), midpoint).epsHat;
        return movedAlong(dMiddle, hat.x, hat.level, step.next);
    }

private:
    Churn m_churn;
};

}  // namespace

SamplerEntry dpm2()
{
    return {
        {.id = "dpm2",
         .displayName = "DPM2",
         .family = "ODE solvers in sigma",
         .source = "k-diffusion, sample_dpm_2; Karras et al. 2022, algorithm 2; Lu et al. 2022, algorithm 1",
         .description =
             "Takes half a step, looks at the slope there, and uses it for the whole step. The half-way "
             "level is halfway in the logarithm of the noise.",
         .order = 2,
         .evaluationsPerStep = 2,
         .stochastic = false,
         .options = churnOptions()},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            requireFallingNoise("DPM2", grid);
            requireSignal("DPM2", grid);
            return std::make_unique<Dpm2>(churnFrom("DPM2", values));
        }};
}

}  // namespace diffuscope::samplers
