// SPDX-License-Identifier: GPL-3.0-or-later
// Restart: Xu et al. 2023, Restart Sampling for Improving Generative Processes, algorithm 1, on Heun's
// method.
#include "core/base/error.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

struct RestartPlan
{
    int count = 2;      ///< K
    int steps = 4;      ///< of each repetition
    double low = 0.06;  ///< t_min, in sigma/alpha
    double high = 0.3;  ///< t_max
    double noise = 1;   ///< S_noise
};

/// Karras et al. 2022, eq. 5, rho = 7.
std::vector<NoiseLevel> spaced(const NoiseLevel& from, const NoiseLevel& to, int steps,
                               const schedule::NoiseSchedule& schedule)
{
    const double rho = 7;
    const double first = std::pow(from.noiseToSignal(), 1 / rho);
    const double last = std::pow(to.noiseToSignal(), 1 / rho);
    std::vector<NoiseLevel> levels{from};
    for (int i = 1; i < steps; ++i)
        levels.push_back(schedule.levelOfNoiseToSignal(std::pow(first + (last - first) * i / steps, rho)));
    levels.push_back(to);
    return levels;
}

class Restart final : public Sampler
{
public:
    explicit Restart(RestartPlan plan) : m_plan(plan) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        Tensor state = heunStep(x, step.level, step.next, step);
        const double k = step.next.noiseToSignal();
        // The interval's lower end is the first level at or below t_min.
        const bool reached = !m_done && k > 0 && k <= m_plan.low;
        if (!reached)
            return state;
        m_done = true;
        const NoiseLevel high = step.schedule.levelOfNoiseToSignal(m_plan.high);
        const auto levels = spaced(high, step.next, m_plan.steps, step.schedule);
        const double added = m_plan.noise * std::sqrt(m_plan.high * m_plan.high - k * k);
        for (int repetition = 0; repetition < m_plan.count; ++repetition) {
            // Forward: noise from t_min to t_max at once; backward: the ODE again.
            state = (high.alpha / step.next.alpha) * state + (high.alpha * added) * step.noise();
            for (std::size_t i = 0; i + 1 < levels.size(); ++i)
                state = heunStep(state, levels[i], levels[i + 1], step);
        }
        return state;
    }

private:
    static Tensor heunStep(const Tensor& x, const NoiseLevel& from, const NoiseLevel& to,
                           const StepContext& step)
    {
        const Tensor d = step.denoise(x, from).epsHat;
        const Tensor euler = movedAlong(d, x, from, to);
        if (to.isClean())
            return euler;
        return movedAlong(0.5 * (d + step.denoise(euler, to).epsHat), x, from, to);
    }

    RestartPlan m_plan;
    bool m_done = false;
};

SamplerEquation restartEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + ratioOfAlphas + " " + x + R"( + α_{t−1} (k_{t−1}−k_{t}) \frac{1}{2} ()" + eps +
                " + " + epsAt(2) + ")",
            {ratioOfNoise, R"(\rm{once, at }k ≤ t_{\rm{min}}\rm{: K times noise })" + z +
                               R"(\rm{ up to }t_{\rm{max}}\rm{ and Heun steps down again})"},
            "Xu et al. 2023, algorithm 1"};
}

}  // namespace

SamplerEntry restart()
{
    return {{.id = "restart",
             .displayName = "Restart",
             .family = "ODE solvers in sigma",
             .source = "Xu et al. 2023, Restart Sampling for Improving Generative Processes, algorithm 1",
             .description =
                 "Runs Heun down to little noise, then adds a good deal of noise back and runs the stretch "
                 "again, a few times. The added noise wipes out errors that had built up.",
             .order = 2,
             .evaluationsPerStep = 2,
             .stochastic = true,
             .options = {Option::integer("restarts", "K", 2, 1, 50, "How often the stretch is run again."),
                         Option::integer("restart_steps", "Steps in the stretch", 4, 1, 100,
                                         "How many Heun steps each repetition takes."),
                         Option::number("restart_from", "t max", 0.3, 0.001, 1000,
                                        "The sigma/alpha to which noise is added back.", 3),
                         Option::number(
                             "restart_at", "t min", 0.06, 0.0001, 1000,
                             "The restart happens at the first level at or below this sigma/alpha.", 4),
                         Option::number("restart_noise", "S noise", 1, 0.5, 1.5, "Factor of the added noise.",
                                        3)},
             .keepsHiddenState = true,
             .wantsShortEnd = true,
             .needs = [](const auto&) { return GridNeeds{.signal = true}; },
             .equation = restartEquation},
            [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
               const schedule::TimeGrid&) {
                const RestartPlan plan{.count = base::integer(values, "restarts"),
                                       .steps = base::integer(values, "restart_steps"),
                                       .low = base::number(values, "restart_at"),
                                       .high = base::number(values, "restart_from"),
                                       .noise = base::number(values, "restart_noise")};
                if (plan.low >= plan.high)
                    throw Error(
                        ErrorCode::invalidOption,
                        "The option \"restart_at\" of sampler Restart is not below \"restart_from\", so that "
                        "the interval is empty.",
                        "Set \"restart_at\" below \"restart_from\".");
                if (plan.high > schedule.level(schedule.levels() - 1).noiseToSignal())
                    refuseOption("Restart", "restart_from", std::to_string(plan.high),
                                 "at most the schedule's noisiest sigma/alpha");
                return std::make_unique<Restart>(plan);
            }};
}

}  // namespace diffuscope::samplers
