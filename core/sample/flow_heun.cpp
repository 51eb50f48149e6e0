// Heun's method on the rectified-flow ODE: the trapezoidal rule for dz/du = eps − x0 with z = x/(alpha +
// sigma) and u = sigma/(alpha + sigma) (Liu et al. 2022, eq. 1, written for any schedule; on rectified flow z
// = x and u = sigma).
#include "core/sample/sampler_checks.h"
#include "core/sample/sampler_entry.h"

namespace diffuscope::sample {

namespace {

class FlowHeun final : public Sampler
{
public:
    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Tensor velocity = velocityOf(step.denoise(x, step.level));
        const Tensor euler = moved(velocity, x, step.level, step.next);
        if (step.next.isClean())
            return euler;
        const Tensor velocityThere = velocityOf(step.denoise(euler, step.next));
        return moved(0.5 * (velocity + velocityThere), x, step.level, step.next);
    }

private:
    static Tensor velocityOf(const Prediction& prediction) { return prediction.epsHat - prediction.x0Hat; }

    static Tensor moved(const Tensor& velocity, const Tensor& x, const NoiseLevel& from, const NoiseLevel& to)
    {
        const double sumFrom = from.alpha + from.sigma;
        const double sumTo = to.alpha + to.sigma;
        return (sumTo / sumFrom) * x + (to.sigma - sumTo * from.sigma / sumFrom) * velocity;
    }
};

}  // namespace

SamplerEntry flowHeun()
{
    return {
        {.id = "flow_heun",
         .displayName = "Flow Heun",
         .family = "Flow matching",
         .source =
             "Liu et al. 2022, Rectified Flow, eq. 1; Karras et al. 2022, algorithm 2 in the time of flow",
         .description =
             "Tries a step along the velocity, looks at the velocity there, and goes with the average. "
             "Two evaluations a step for curved paths.",
         .order = 2,
         .evaluationsPerStep = 2,
         .stochastic = false,
         .options = {}},
        [](const registry::OptionValues&, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            requireFallingNoise("Flow Heun", grid);
            return std::make_unique<FlowHeun>();
        }};
}

}  // namespace diffuscope::sample
