// SPDX-License-Identifier: GPL-3.0-or-later
// SA-Solver: Xue et al. 2023, SA-Solver: Stochastic Adams Solver, eq. 13 to 17 (prediction of x0), and the
// same in the prediction of the noise (their appendix A.2).
#include "core/samplers/dpm_solver_options.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/history.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <array>
#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

/// The highest order; also the number of coefficients of a polynomial through that many estimates.
constexpr int highestOrder = 4;

struct SaPlan
{
    bool image = true;  ///< in the prediction of x0 (else of the noise)
    int predictorOrder = 2;
    int correctorOrder = 2;  ///< 0 for none
    double tau = 1;
    double tauFrom = 0;
    double tauTo = 0;
    bool lowerOrderFinal = true;
    bool firstOrderInLongSteps = true;
};

/// A step between two levels under noise strength tau: x_t = decay·x + factor·sum b_i·m_i + noise·z (eq. 14).
struct SaStep
{
    bool image;
    double h;
    double a;  ///< 1 + tau²
    double decay;
    double factor;
    double noise;

    SaStep(const NoiseLevel& s, const NoiseLevel& t, double tau, bool ofImage)
        : image(ofImage),
          h(t.lambda() - s.lambda()),
          a(1 + tau * tau),
          decay(image ? t.sigma / s.sigma * (tau > 0 ? std::exp(-tau * tau * h) : 1) : t.alpha / s.alpha),
          factor(image ? t.alpha : -t.sigma),
          noise(tau == 0 ? 0
                : image  ? t.sigma * std::sqrt(std::max(0.0, -std::expm1(-2 * tau * tau * h)))
                         : t.sigma * tau * std::sqrt(std::max(0.0, std::expm1(2 * h))))
    {
    }

    /// a·integral of e^(a(u − h))·u^n over u in [0, h], or a·integral of e^(h − u)·u^n for the noise, by
    /// parts.
    double moment(int n) const
    {
        double moment = image ? -std::expm1(-a * h) : a * std::expm1(h);
        double power = 1;
        for (int i = 1; i <= n; ++i) {
            power *= h;
            moment = image ? power - i * moment / a : i * moment - a * power;
        }
        return moment;
    }
};

class SaSolver final : public Sampler
{
public:
    explicit SaSolver(SaPlan plan)
        : m_plan(plan), m_history(std::max({plan.predictorOrder, plan.correctorOrder, 2}))
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        const int known = m_history.size();
        m_history.add(step.level, m_plan.image ? prediction.x0Hat : prediction.epsHat);
        const int left = m_plan.lowerOrderFinal ? step.steps() - step.index : step.steps();

        Tensor state = x;
        if (m_last.defined() && m_plan.correctorOrder > 0) {
            const int order = std::min({m_plan.correctorOrder, known + 1, left + 2});
            state = adams(m_last, m_lastNoise, m_history[1].level, step.level, m_lastTau, order);
        }
        int order = std::min({m_plan.predictorOrder, known + 1, left});
        if (step.next.isClean() || (m_plan.firstOrderInLongSteps && order > 1 && isLongStep(step, m_history)))
            order = 1;
        m_lastTau = tauAt(step.level);
        m_lastNoise = m_lastTau > 0 ? step.noise() : torch::zeros_like(x);
        m_last = state;
        if (step.next.isClean())
            return step.next.alpha * prediction.x0Hat;
        return adams(state, m_lastNoise, step.level, step.next, m_lastTau, order);
    }

private:
    double tauAt(const NoiseLevel& level) const
    {
        return level.t >= m_plan.tauFrom && level.t <= m_plan.tauTo ? m_plan.tau : 0;
    }

    /// Adams–Bashforth from s to t where the newest prediction is at s (eq. 14), Adams–Moulton where it is at
    /// t (eq. 17).
    Tensor adams(const Tensor& x, const Tensor& noise, const NoiseLevel& s, const NoiseLevel& t, double tau,
                 int order) const
    {
        const SaStep factors(s, t, tau, m_plan.image);
        Tensor next = factors.decay * x + factors.noise * noise;
        for (int i = 0; i < order; ++i)
            next = next + (factors.factor * weight(i, order, s, factors)) * m_history[i].value;
        return next;
    }

    /// b_i: the integral of the Lagrange basis l_i over the last `order` predictions, as a polynomial in
    /// u = lambda − lambda_s. For order 2 in the prediction of x0 the authors' code replaces the moment of u
    /// by a·h²/2, its value for small h.
    double weight(int i, int order, const NoiseLevel& s, const SaStep& factors) const
    {
        std::array<double, highestOrder> c{1};
        const double node = m_history[i].level.lambda() - s.lambda();
        for (int m = 0; m < order; ++m) {
            if (m == i)
                continue;
            const double other = m_history[m].level.lambda() - s.lambda();
            const double scale = 1 / (node - other);
            const auto lower = c;
            c[0] = -other * scale * lower[0];
            for (std::size_t n = 1; n < c.size(); ++n)
                c[n] = scale * (lower[n - 1] - other * lower[n]);
        }
        if (order == 2 && factors.image)
            return c[0] * factors.moment(0) + c[1] * factors.a * factors.h * factors.h / 2;
        double weight = 0;
        for (int n = 0; n < order; ++n)
            weight += c[std::size_t(n)] * factors.moment(n);
        return weight;
    }

    SaPlan m_plan;
    History m_history;
    Tensor m_last{};  ///< the corrected state before the last step
    Tensor m_lastNoise{};
    double m_lastTau = 0;
};

SamplerEquation saSolverEquation(const base::OptionValues& values)
{
    using namespace letters;
    const bool noise = base::text(values, "extrapolate") == "noise";
    const std::vector<std::string> where{
        R"(x_{t}^{c}\rm{: }\xt{x_{t}}\rm{ corrected by the estimate made there})",
        R"(b_{i}\rm{: weights of the polynomial through the last estimates})", stepLength};
    if (noise)
        return {letters::next + ratioOfAlphas +
                    R"( \xt{x_{t}^{c}} − σ_{t−1} ∑_{i} b_{i} \ep{\hat{ε}_{t+i}} + )" +
                    R"(σ_{t−1} τ \sqrt{e^{2h}−1} )" + z,
                where, "Xue et al. 2023, appendix A.2"};
    return {letters::next + ratioOfSigmas +
                R"( e^{−τ^{2}h} \xt{x_{t}^{c}} + α_{t−1} ∑_{i} b_{i} \xo{\hat{x}_{0,t+i}} + )" +
                R"(σ_{t−1} \sqrt{1−e^{−2τ^{2}h}} )" + z,
            where, "Xue et al. 2023, eq. 14 and 17"};
}

}  // namespace

SamplerEntry saSolver()
{
    return {
        {.id = "sa_solver",
         .displayName = "SA-Solver",
         .family = "Predictor-corrector",
         .source = "Xue et al. 2023, SA-Solver, algorithm 1, eq. 14 and 17",
         .description =
             "A multistep predictor and corrector for the stochastic equation, with noise only in the "
             "middle of the run. It keeps the variety of random samplers at few steps.",
         .order = 2,
         .evaluationsPerStep = 1,
         .stochastic = true,
         .options =
             {Option::integer("predictor_order", "Predictor order", 2, 1, highestOrder,
                              "How many estimates the prediction of the next state goes through."),
              Option::integer("corrector_order", "Corrector order", 2, 0, highestOrder,
                              "How many estimates the correction goes through; 0 corrects nothing."),
              Option::choice("extrapolate", "Extrapolates", "image",
                             {{"image", "Clean image"}, {"noise", "Noise"}},
                             "Which estimate the curve goes through; the image stands guidance and long "
                             "steps better."),
              Option::number("tau", "τ", 1, 0, 2, "Strength of the noise: 0 solves the ODE, 1 the SDE.", 2),
              Option::number("tau_from", "τ from t", 200, 0, 10000, "Noise is added at this time and above.",
                             0),
              Option::number("tau_to", "τ to t", 800, 0, 10000, "Noise is added at this time and below.", 0),
              Option::toggle("lower_order_final", "Lower order at the end", true,
                             "Lowers the order in the last steps down to 1."),
              Option::toggle("steady", "Steady in long steps", true,
                             "Predicts at order 1 where a step is more than three times as long as the one "
                             "before, in which a curve through past estimates reaches too far.")},
         .correctsState = true,
         .needs =
             [](const auto& values) {
                 return GridNeeds{.signal = true,
                                  .steps = base::integer(values, "predictor_order"),
                                  .orderOption = "predictor_order"};
             },
         .equation = saSolverEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            const SaPlan plan{.image = base::text(values, "extrapolate") == "image",
                              .predictorOrder = base::integer(values, "predictor_order"),
                              .correctorOrder = base::integer(values, "corrector_order"),
                              .tau = base::number(values, "tau"),
                              .tauFrom = base::number(values, "tau_from"),
                              .tauTo = base::number(values, "tau_to"),
                              .lowerOrderFinal = base::toggle(values, "lower_order_final"),
                              .firstOrderInLongSteps = base::toggle(values, "steady")};
            if (plan.tauFrom > plan.tauTo)
                refuseOption("SA-Solver", "tau_from", "above \"tau_to\"", "from 0 to \"tau_to\"");
            return std::make_unique<SaSolver>(plan);
        }};
}

}  // namespace diffuscope::samplers
