// SPDX-License-Identifier: GPL-3.0-or-later
// Heun's method on the rectified-flow ODE: the trapezoidal rule for dz/du = eps − x0 with z = x/(alpha +
// sigma) and u = sigma/(alpha + sigma) (Liu et al. 2022, eq. 1, written for any schedule; on rectified flow z
// = x and u = sigma).
#include "core/samplers/churn.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

class FlowHeun final : public Sampler
{
public:
    explicit FlowHeun(Churn churn) : m_churn(churn) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Tensor velocity = velocityOf(step.denoise(x, step.level));
        if (m_churn.gamma(flowTime(step.level), step.steps()) > 0)
            return churnedStep(velocity, x, step);
        const Tensor euler = moved(velocity, x, step.level, step.next);
        if (step.next.isClean())
            return euler;
        const Tensor velocityThere = velocityOf(step.denoise(euler, step.next));
        return moved(0.5 * (velocity + velocityThere), x, step.level, step.next);
    }

private:
    static double flowTime(const NoiseLevel& level) { return level.sigma / (level.alpha + level.sigma); }

    /// Noise added to z after the network was asked, up to u^ = u(1 + gamma), as in algorithm 2 of Karras et
    /// al. 2022 but without taking image away: z^ = z + S_noise·sqrt(u^² − u²)·n; the slope there is u/u^ of
    /// the velocity.
    Tensor churnedStep(const Tensor& velocity, const Tensor& x, const StepContext& step) const
    {
        const double u = flowTime(step.level);
        const double raised = u * (1 + m_churn.gamma(u, step.steps()));
        const double sumNext = step.next.alpha + step.next.sigma;
        const Tensor z = x / (step.level.alpha + step.level.sigma) +
                         (m_churn.noise * std::sqrt(raised * raised - u * u)) * step.noise();
        const Tensor slope = (u / raised) * velocity;
        const double du = flowTime(step.next) - raised;
        const Tensor euler = sumNext * (z + du * slope);
        if (step.next.isClean())
            return euler;
        const Tensor slopeThere = velocityOf(step.denoise(euler, step.next));
        (void)step.noise();  // other programs draw again for the second evaluation, and do not use it
        return sumNext * (z + (du / 2) * (slope + slopeThere));
    }

    static Tensor velocityOf(const Prediction& prediction) { return prediction.epsHat - prediction.x0Hat; }

    static Tensor moved(const Tensor& velocity, const Tensor& x, const NoiseLevel& from, const NoiseLevel& to)
    {
        const double sumFrom = from.alpha + from.sigma;
        const double sumTo = to.alpha + to.sigma;
        return (sumTo / sumFrom) * x + (to.sigma - sumTo * from.sigma / sumFrom) * velocity;
    }

    Churn m_churn;
};

/// Those of churn, in the time of flow.
std::vector<base::Option> flowChurnOptions()
{
    auto options = churnOptions();
    for (base::Option& option : options) {
        if (option.id == "churn")
            option.explanation =
                "How much noise is added over the whole run, as another program does for flows; 0 adds none. "
                "It grows the state beyond the flow's own levels.";
        if (option.id == "churn_from")
            option.explanation = "Noise is added only at or above this time of flow.";
        if (option.id == "churn_to")
            option.explanation = "Noise is added only at or below this time of flow; 0 sets no limit.";
    }
    return options;
}

SamplerEquation flowHeunEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + x + R"( + (σ_{t−1}−σ_{t}) \frac{1}{2} (v + v^{(2)}))",
            {"v = " + eps + " − " + x0 + R"(\rm{; on other schedules }x/(α+σ)\rm{ and }σ/(α+σ))",
             R"(v^{(2)}\rm{ is asked at }t−1\rm{, where an Euler step lands})"},
            "Liu et al. 2022, eq. 1; Karras et al. 2022, algorithm 2"};
}

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
         .options = flowChurnOptions(),
         .equation = flowHeunEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<FlowHeun>(churnFrom("Flow Heun", values));
        }};
}

}  // namespace diffuscope::samplers
