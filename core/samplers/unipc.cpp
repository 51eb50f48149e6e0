// SPDX-License-Identifier: GPL-3.0-or-later
// UniPC: Zhao et al. 2023, UniPC: A Unified Predictor-Corrector Framework, algorithms 1 and 2.
#include "core/samplers/equation_letters.h"
#include "core/samplers/history.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <charconv>
#include <cmath>
#include <set>
#include <string_view>

namespace diffuscope::samplers {

namespace {

using base::Option;

/// Whether the order falls to 1 in the last steps.
enum class LowerAtEnd { automatic, always, never };

struct UniPcPlan
{
    int order = 2;
    bool image = true;  ///< in the prediction of x0 (else of the noise)
    bool bh1 = false;
    LowerAtEnd lowerAtEnd = LowerAtEnd::automatic;
    std::set<int> withoutCorrector{};  ///< steps whose result is not corrected
};

/// The functions of one step from s to t that predictor and corrector share (eq. 7 to 10).
struct StepFactors
{
    double h;
    double hh;    ///< −h in the prediction of x0, h in that of the noise
    double phi1;  ///< e^hh − 1
    double B;     ///< B(h): hh for bh1, e^hh − 1 for bh2
    double scale;
    double factor;

    StepFactors(const NoiseLevel& s, const NoiseLevel& t, const UniPcPlan& plan)
        : h(t.lambda() - s.lambda()),
          hh(plan.image ? -h : h),
          phi1(std::expm1(hh)),
          B(plan.bh1 ? hh : phi1),
          scale(plan.image ? t.sigma / s.sigma : t.alpha / s.alpha),
          factor(plan.image ? t.alpha : t.sigma)
    {
    }

    /// b_n of theorem 3.1: h·phi_{n+1}(h)·n!/B(h), n = 1 … count.
    std::vector<double> b(int count) const
    {
        std::vector<double> result;
        double phi = phi1 / hh - 1;
        double factorial = 1;
        for (int n = 1; n <= count; ++n) {
            result.push_back(phi * factorial / B);
            factorial *= n + 1;
            phi = phi / hh - 1 / factorial;
        }
        return result;
    }
};

/// Solves sum_m r_m^(n−1)·a_m = b_n, n = 1 … count: the Vandermonde system of theorem 3.1, by elimination.
std::vector<double> solved(const std::vector<double>& r, std::vector<double> b)
{
    const std::size_t count = b.size();
    std::vector<std::vector<double>> rows(count, std::vector<double>(count));
    for (std::size_t n = 0; n < count; ++n)
        for (std::size_t m = 0; m < count; ++m)
            rows[n][m] = std::pow(r[m], double(n));
    for (std::size_t pivot = 0; pivot < count; ++pivot)
        for (std::size_t n = pivot + 1; n < count; ++n) {
            const double ratio = rows[n][pivot] / rows[pivot][pivot];
            for (std::size_t m = pivot; m < count; ++m)
                rows[n][m] -= ratio * rows[pivot][m];
            b[n] -= ratio * b[pivot];
        }
    for (std::size_t n = count; n-- > 0;) {
        for (std::size_t m = n + 1; m < count; ++m)
            b[n] -= rows[n][m] * b[m];
        b[n] /= rows[n][n];
    }
    return b;
}

class UniPc final : public Sampler
{
public:
    explicit UniPc(UniPcPlan plan) : m_plan(std::move(plan)), m_history(m_plan.order) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        const Tensor value = m_plan.image ? prediction.x0Hat : prediction.epsHat;
        // The evaluation that the predictor needs anyway also corrects the state it was made at (algorithm
        // 1).
        Tensor state = x;
        if (m_last.defined() && !m_plan.withoutCorrector.contains(step.index - 1))
            state = corrected(value, step.level);
        m_history.add(step.level, value);
        int order = std::min(m_plan.order, m_history.size());
        if (isLoweredAtEnd(step))
            order = std::min(order, step.steps() - step.index);
        if (step.next.isClean())
            order = 1;
        m_last = state;
        m_lastOrder = order;
        if (step.next.isClean() && !m_plan.image)
            return (step.next.alpha / step.level.alpha) * (state - step.level.sigma * value);
        if (step.next.lambda() == step.level.lambda())  // a grid may end on its last level again
            return state;
        return predicted(state, step, order);
    }

private:
    bool isLoweredAtEnd(const StepContext& step) const
    {
        if (m_plan.lowerAtEnd == LowerAtEnd::automatic)
            return step.steps() < 15 || step.grid.levels.back().isClean();
        return m_plan.lowerAtEnd == LowerAtEnd::always;
    }

    /// r_i = (lambda_i − lambda_s)/h of the points before s, and D_i = (m_i − m_s)/r_i.
    double ratio(int i, double h) const
    {
        return (m_history[i].level.lambda() - m_history[0].level.lambda()) / h;
    }
    Tensor difference(int i, double h) const
    {
        return (m_history[i].value - m_history[0].value) / ratio(i, h);
    }

    /// UniP (algorithm 2): x_t = scale·x − factor·(phi1·m_s + B·sum a_i·D_i).
    Tensor predicted(const Tensor& x, const StepContext& step, int order) const
    {
        const StepFactors factors(step.level, step.next, m_plan);
        const Tensor first = factors.scale * x - (factors.factor * factors.phi1) * m_history[0].value;
        if (order == 1)
            return first;
        std::vector<double> r;
        for (int i = 1; i < order; ++i)
            r.push_back(ratio(i, factors.h));
        // For order 2 the paper takes a_1 = 1/2 for both forms of B.
        const std::vector<double> a = order == 2 ? std::vector<double>{0.5} : solved(r, factors.b(order - 1));
        Tensor sum = torch::zeros_like(x);
        for (int i = 1; i < order; ++i)
            sum = sum + a[std::size_t(i - 1)] * difference(i, factors.h);
        return first - (factors.factor * factors.B) * sum;
    }

    /// UniC (algorithm 1): the same with the new prediction as one more point, r = 1.
    Tensor corrected(const Tensor& value, const NoiseLevel& t) const
    {
        const StepFactors factors(m_history[0].level, t, m_plan);
        const Tensor first = factors.scale * m_last - (factors.factor * factors.phi1) * m_history[0].value;
        std::vector<double> r;
        for (int i = 1; i < m_lastOrder; ++i)
            r.push_back(ratio(i, factors.h));
        r.push_back(1);
        const std::vector<double> a =
            m_lastOrder == 1 ? std::vector<double>{0.5} : solved(r, factors.b(m_lastOrder));
        Tensor sum = a.back() * (value - m_history[0].value);
        for (int i = 1; i < m_lastOrder; ++i)
            sum = sum + a[std::size_t(i - 1)] * difference(i, factors.h);
        return first - (factors.factor * factors.B) * sum;
    }

    UniPcPlan m_plan;
    History m_history;
    Tensor m_last{};  ///< the corrected state before the last step
    int m_lastOrder = 1;
};

std::set<int> stepNumbers(const std::string& text)
{
    std::set<int> numbers;
    std::string_view rest = text;
    while (true) {
        rest.remove_prefix(std::min(rest.find_first_not_of(" ,;"), rest.size()));
        if (rest.empty())
            return numbers;
        int number = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (error != std::errc() || number < 0)
            refuseOption("UniPC", "disable_corrector", "\"" + text + "\"",
                         "a list of step numbers from 0 up, such as 0, 1");
        numbers.insert(number);
        rest.remove_prefix(std::size_t(end - rest.data()));
    }
}

LowerAtEnd lowerAtEndFrom(const std::string& name)
{
    if (name == "always")
        return LowerAtEnd::always;
    return name == "never" ? LowerAtEnd::never : LowerAtEnd::automatic;
}

SamplerEquation unipcEquation(const base::OptionValues& values)
{
    using namespace letters;
    const std::vector<std::string> where{
        R"(x_{t}^{c}\rm{: }\xt{x_{t}}\rm{ corrected by the estimate made there})",
        R"(B(h) = e^{h}−1\rm{ or }h\rm{; }a_{i}\rm{ from the order conditions})", stepLength};
    if (base::text(values, "extrapolate") == "noise")
        return {letters::next + ratioOfAlphas + R"( \xt{x_{t}^{c}} )" + noiseFactor + eps +
                    R"( − σ_{t−1} B(h) ∑_{i} \frac{a_{i}}{r_{i}} (\ep{\hat{ε}_{t+i}}−)" + eps + ")",
                where, "Zhao et al. 2023, algorithms 1 and 2"};
    return {letters::next + ratioOfSigmas + R"( \xt{x_{t}^{c}} )" + imageFactor + x0 +
                R"( − α_{t−1} B(h) ∑_{i} \frac{a_{i}}{r_{i}} (\xo{\hat{x}_{0,t+i}}−)" + x0 + ")",
            where, "Zhao et al. 2023, algorithms 1 and 2"};
}

}  // namespace

SamplerEntry unipc()
{
    return {
        {.id = "unipc",
         .displayName = "UniPC",
         .family = "Predictor-corrector",
         .source = "Zhao et al. 2023, UniPC, algorithms 1 and 2, theorem 3.1",
         .description =
             "Predicts the next state from past estimates, then corrects it with the estimate made "
             "there, at no extra cost. Among the best at 5 to 10 steps.",
         .order = 2,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options =
             {Option::integer("order", "Order", 2, 1, 3, "How many estimates the predictor goes through."),
              Option::choice("solver_type", "B(h)", "bh2", {{"bh1", "bh1: h"}, {"bh2", "bh2: e^h − 1"}},
                             "The paper's two scalings of the correction: bh2 for images, bh1 where guidance "
                             "is absent and steps are few."),
              Option::choice("extrapolate", "Extrapolates", "image",
                             {{"image", "Clean image"}, {"noise", "Noise"}},
                             "Which estimate the curve goes through; the image stands guidance better."),
              Option::choice("lower_at_end", "Lower order at the end", "automatic",
                             {{"automatic", "Where it helps"}, {"always", "Always"}, {"never", "Never"}},
                             "Whether the order falls to 1 in the last steps, which keeps few-step pictures "
                             "steady; by itself it does with fewer than 15 steps or a clean end."),
              Option::text("disable_corrector", "Uncorrected steps", "",
                           "Numbers of steps whose result is not corrected, counted from 0; strong guidance "
                           "can make the first corrections too large.")
                  .forCompatibility()},
         .correctsState = true,
         .needs =
             [](const auto& values) {
                 return GridNeeds{
                     .signal = true, .steps = base::integer(values, "order"), .orderOption = "order"};
             },
         .equation = unipcEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            const UniPcPlan plan{.order = base::integer(values, "order"),
                                 .image = base::text(values, "extrapolate") == "image",
                                 .bh1 = base::text(values, "solver_type") == "bh1",
                                 .lowerAtEnd = lowerAtEndFrom(base::text(values, "lower_at_end")),
                                 .withoutCorrector = stepNumbers(base::text(values, "disable_corrector"))};
            return std::make_unique<UniPc>(plan);
        }};
}

}  // namespace diffuscope::samplers
