// SPDX-License-Identifier: GPL-3.0-or-later
// SA-Solver with exact coefficients of any order: Xue et al. 2023, SA-Solver: Stochastic Adams Solver, eq. 13
// to 17, predicting, evaluating, correcting and, in the PECE form, evaluating again (as in ComfyUI,
// sample_sa_solver).
#include "core/samplers/coordinate.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/history.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <array>
#include <cmath>
#include <deque>

namespace diffuscope::samplers {

namespace {

using base::Option;

constexpr int mostAdamsPoints = 4;

struct SaPecePlan
{
    int predictorOrder = 3;
    int correctorOrder = 4;  ///< 0 for none
    bool evaluatesAgain = true;
    bool simpleOrder2 = false;
    double tau = 1;
    double noiseFactor = 1;
    /// sigma/alpha between which there is noise, by the level that a step leads to.
    double noiseFrom = 0;
    double noiseTo = 0;
};

class SaSolverPece final : public Sampler
{
public:
    SaSolverPece(SaPecePlan plan, bool cleanEnd)
        : m_plan(plan),
          m_cleanEnd(cleanEnd),
          m_capacity(std::max({plan.predictorOrder, plan.correctorOrder, 2}))
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel s = withSomeSignal(step.level, step.schedule);
        m_images.push_front({s, step.denoise(x, s).x0Hat});
        const int known = std::min(int(m_images.size()), m_capacity);
        const int left = step.steps() - step.index;
        m_state = corrected(x, s, known, left, step);
        if (step.next.isClean())
            return step.next.alpha * m_images.front().value;
        int order = std::min(m_plan.predictorOrder, known);
        if (m_cleanEnd)
            order = std::min(order, left - 1);
        m_from = s;
        m_tau = tauAt(step.next);
        const double h = step.next.lambda() - s.lambda();
        const double noise = step.next.sigma * std::sqrt(std::max(0.0, -std::expm1(-2 * m_tau * m_tau * h)));
        m_noise = m_tau > 0 ? (noise * m_plan.noiseFactor) * step.noise() : torch::zeros_like(x);
        return adams(m_state, step.next, std::max(order, 1), false);
    }

private:
    /// The state at s: as it was predicted, or corrected by what the network says there.
    Tensor corrected(const Tensor& x, const NoiseLevel& s, int known, int left, const StepContext& step)
    {
        while (int(m_images.size()) > m_capacity)
            m_images.pop_back();
        const bool skipped = step.next.isClean() && !m_plan.evaluatesAgain;
        int order =
            step.index == 0 || skipped || !m_state.defined() ? 0 : std::min(m_plan.correctorOrder, known);
        if (m_cleanEnd)
            order = std::min(order, left);
        if (order == 0)
            return x;
        const Tensor state = adams(m_state, s, order, true);
        if (m_plan.evaluatesAgain)
            m_images.front().value = step.denoise(state, s).x0Hat;
        return state;
    }

    double tauAt(const NoiseLevel& level) const
    {
        constexpr double rounding = 1e-9;  // a level may be an end of the interval
        const double k = level.noiseToSignal();
        const bool isInside = k >= m_plan.noiseTo * (1 - rounding) && k <= m_plan.noiseFrom * (1 + rounding);
        return isInside ? m_plan.tau : 0;
    }

    /// From m_from to t through the last `order` images, the newest of which is at t in a corrector's step.
    Tensor adams(const Tensor& x, const NoiseLevel& t, int order, bool isCorrector) const
    {
        const double h = t.lambda() - m_from.lambda();
        const double a = 1 + m_tau * m_tau;
        Tensor next = (t.sigma / m_from.sigma * std::exp(-m_tau * m_tau * h)) * x + m_noise;
        const auto b = m_plan.simpleOrder2 && order == 2 ? simpleWeights(h, a, isCorrector)
                                                         : exactWeights(t, h, a, order);
        for (int i = 0; i < order; ++i)
            next = next + (t.alpha * b[std::size_t(i)]) * m_images[std::size_t(i)].value;
        return next;
    }

    using Weights = std::array<double, mostAdamsPoints>;

    Weights simpleWeights(double h, double a, bool isCorrector) const
    {
        const double all = -std::expm1(-a * h);
        if (isCorrector) {
            const double newest = 0.5 * a * h;
            return {newest, all - newest};
        }
        const double old = 0.5 * a * h * h / (m_images[1].level.lambda() - m_images[0].level.lambda());
        return {all - old, old};
    }

    /// b_j = a·integral of e^(−a(lambda_t − v))·l_j(v) dv. Lambda is measured from t, or digits go.
    Weights exactWeights(const NoiseLevel& t, double h, double a, int order) const
    {
        // a·integral over [−h, 0] of e^(a·u)·u^n, by parts.
        std::array<double, mostAdamsPoints> moments{};
        double power = 1;
        for (int n = 0; n < order; ++n) {
            const double low = std::exp(-a * h) * power;
            moments[std::size_t(n)] =
                n == 0 ? -std::expm1(-a * h) : -low - n * moments[std::size_t(n - 1)] / a;
            power *= -h;
        }
        Weights weights{};
        for (int j = 0; j < order; ++j) {
            std::array<double, mostAdamsPoints> c{1};
            const double node = m_images[std::size_t(j)].level.lambda() - t.lambda();
            for (int m = 0; m < order; ++m) {
                if (m == j)
                    continue;
                const double other = m_images[std::size_t(m)].level.lambda() - t.lambda();
                const double scale = 1 / (node - other);
                const auto lower = c;
                c[0] = -other * scale * lower[0];
                for (std::size_t n = 1; n < c.size(); ++n)
                    c[n] = scale * (lower[n - 1] - other * lower[n]);
            }
            for (int n = 0; n < order; ++n)
                weights[std::size_t(j)] += c[std::size_t(n)] * moments[std::size_t(n)];
        }
        return weights;
    }

    SaPecePlan m_plan;
    bool m_cleanEnd;
    int m_capacity;
    std::deque<Remembered> m_images;
    Tensor m_state{};  ///< the corrected state before the last step
    Tensor m_noise{};  ///< what the last step added
    NoiseLevel m_from{};
    double m_tau = 0;
};

SamplerEquation saPeceEquation(const base::OptionValues&)
{
    using namespace letters;
    return {
        letters::next + ratioOfSigmas +
            R"( e^{−τ^{2}h} \xt{x_{t}^{c}} + α_{t−1} ∑_{i} b_{i} \xo{\hat{x}_{0,t+i}} + )" +
            R"(σ_{t−1} \sqrt{1−e^{−2τ^{2}h}} )" + z,
        {R"(x_{t}^{c}\rm{: }\xt{x_{t}}\rm{ corrected by the estimate made there, which may then be made anew})",
         R"(b_{i}\rm{: weights of the polynomial through the last estimates})", stepLength},
        "Xue et al. 2023, eq. 14 and 17"};
}

SaPecePlan saPecePlan(const base::OptionValues& values, const schedule::NoiseSchedule& schedule)
{
    // The share of the run is that of training time; on flow, of the times 1/T … 1.
    const auto ratioAt = [&](const char* option) {
        const double share = 1 - base::number(values, option);
        const double time =
            schedule.isVariancePreserving() ? share * (schedule.levels() - 1) : share * schedule.levels() - 1;
        return schedule.levelAt(time).noiseToSignal();
    };
    return {.predictorOrder = base::integer(values, "predictor_order"),
            .correctorOrder = base::integer(values, "corrector_order"),
            .evaluatesAgain = base::toggle(values, "pece"),
            .simpleOrder2 = base::toggle(values, "simple_order_2"),
            .tau = base::number(values, "tau"),
            .noiseFactor = base::number(values, "noise_factor"),
            .noiseFrom = ratioAt("tau_from"),
            .noiseTo = ratioAt("tau_to")};
}

}  // namespace

SamplerEntry saSolverPece()
{
    return {
        {.id = "sa_solver_pece",
         .displayName = "SA-Solver PECE",
         .family = "Predictor-corrector",
         .source = "Xue et al. 2023, SA-Solver, algorithm 1, eq. 14 and 17; ComfyUI, sample_sa_solver_pece",
         .description = "SA-Solver with exact weights of higher orders, which asks the network again where "
                        "it corrected. Noise is added in the middle of the run alone.",
         .order = 3,
         .evaluationsPerStep = 2,
         .stochastic = true,
         .options = {Option::integer("predictor_order", "Predictor order", 3, 1, mostAdamsPoints,
                                     "How many estimates the prediction of the next state goes through."),
                     Option::integer("corrector_order", "Corrector order", 4, 0, mostAdamsPoints,
                                     "How many estimates the correction goes through; 0 corrects nothing."),
                     Option::toggle("pece", "Ask again", true,
                                    "Asks the network again at the corrected state, which doubles the work."),
                     Option::number("tau", "τ", 1, 0, 2,
                                    "Strength of the noise: 0 solves the ODE, 1 the SDE.", 2),
                     Option::number("tau_from", "τ from", 0.2, 0, 1,
                                    "The share of the run, in training time, after which noise is added.", 2),
                     Option::number("tau_to", "τ to", 0.8, 0, 1,
                                    "The share of the run after which no more noise is added.", 2),
                     Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3),
                     Option::toggle(
                         "simple_order_2", "Simple order 2", false,
                         "Takes simpler weights where two estimates are used, as the authors' code does.")
                         .forCompatibility()},
         .correctsState = true,
         .equation = saPeceEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
           const schedule::TimeGrid& grid) {
            if (base::number(values, "tau_from") > base::number(values, "tau_to"))
                refuseOption("SA-Solver PECE", "tau_from", "above \"tau_to\"", "from 0 to \"tau_to\"");
            return std::make_unique<SaSolverPece>(saPecePlan(values, schedule), grid.levels.back().isClean());
        }};
}

}  // namespace diffuscope::samplers
