// SPDX-License-Identifier: GPL-3.0-or-later
// Euler's method on the probability-flow ODE, with churn: Karras et al. 2022, algorithm 2 without its
// correction.
#include "core/samplers/churn.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

/// What is kept of a prediction while noise is added to the state it was made of.
enum class Kept { eps, x0, v };

class Euler final : public Sampler
{
public:
    Euler(Churn churn, bool lateChurn, Kept kept) : m_churn(churn), m_lateChurn(lateChurn), m_kept(kept) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        if (m_lateChurn)
            return stepWithLateChurn(x, step);
        const ChurnedState hat = churned(m_churn, x, step);
        const Prediction prediction = step.denoise(hat.x, hat.level);
        // y' = y^ + (k' − k^)·eps, and y^ = x0Hat + k^·eps: the state with the same image and noise at the
        // next level.
        return step.next.alpha * prediction.x0Hat + step.next.sigma * prediction.epsHat;
    }

private:
    /// The noise is added after the network was asked.
    Tensor stepWithLateChurn(const Tensor& x, const StepContext& step) const
    {
        const Prediction prediction = step.denoise(x, step.level);
        const ChurnedState hat = churned(m_churn, x, step);
        const double k = hat.level.noiseToSignal();
        const Tensor y = hat.x / hat.level.alpha;
        if (m_kept == Kept::eps)
            return step.next.alpha * y + (step.next.sigma - step.next.alpha * k) * prediction.epsHat;
        const Tensor x0 = m_kept == Kept::x0 ? prediction.x0Hat : imageByVelocity(prediction, y, step.level);
        return step.next.alpha * x0 + (step.next.sigma / k) * (y - x0);
    }

    /// x0 of the raised state y in x/alpha by the velocity and the level before it was raised.
    static Tensor imageByVelocity(const Prediction& prediction, const Tensor& y, const NoiseLevel& level)
    {
        const Tensor v = level.alpha * prediction.epsHat - level.sigma * prediction.x0Hat;
        return (level.alpha * level.alpha) * y - level.sigma * v;
    }

    Churn m_churn;
    bool m_lateChurn;
    Kept m_kept;
};

Kept keptFrom(const std::string& name)
{
    if (name == "x0")
        return Kept::x0;
    return name == "v" ? Kept::v : Kept::eps;
}

SamplerEquation eulerEquation(const base::OptionValues& values)
{
    using namespace letters;
    std::vector<std::string> where{ratioOfNoise};
    if (base::number(values, "churn") > 0)
        where.push_back(churnLifts);
    return {R"(\frac{x_{t−1}}{α_{t−1}} = \frac{)" + x + R"(}{α_{t}} + (k_{t−1}−k_{t}) )" + eps, where,
            "Karras et al. 2022, algorithm 2"};
}

}  // namespace

SamplerEntry euler()
{
    auto options = churnOptions();
    options.push_back(
        base::Option::toggle("late_churn", "Add noise late", false,
                             "Adds the churn noise after the network was asked instead of before, as "
                             "some other programs do.")
            .forCompatibility());
    options.push_back(base::Option::choice("late_churn_keeps", "Late noise keeps", "eps",
                                           {{"eps", "Noise ε"}, {"x0", "Image"}, {"v", "Velocity v"}},
                                           "With noise added late, which estimate stays as the network "
                                           "gave it; other programs keep whatever the "
                                           "network outputs.")
                          .forCompatibility());
    return {
        {.id = "euler",
         .displayName = "Euler",
         .family = "ODE solvers in sigma",
         .source =
             "Karras et al. 2022, Elucidating the Design Space, algorithm 2 without the second-order part",
         .description =
             "Follows the straight line along the estimated noise to the next level. Without churn it "
             "is the same as DDIM with η = 0, and as predictable.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = std::move(options),
         .needs = [](const auto& values) { return GridNeeds{.signal = base::toggle(values, "late_churn")}; },
         .equation = eulerEquation,
         .asksAboutChurnedState =
             [](const auto& values) {
                 return base::number(values, "churn") > 0 && !base::toggle(values, "late_churn");
             }},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<Euler>(churnFrom("Euler", values), base::toggle(values, "late_churn"),
                                           keptFrom(base::text(values, "late_churn_keeps")));
        }};
}

}  // namespace diffuscope::samplers
