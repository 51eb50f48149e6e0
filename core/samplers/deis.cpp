// SPDX-License-Identifier: GPL-3.0-or-later
// DEIS: Zhang & Chen 2023, Fast Sampling with Exponential Integrator, section 3.3 (ρAB-DEIS in log ρ, and the
// tabulated tAB-DEIS).
#include "core/samplers/dpm_solver_options.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/lagrange.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/slope_history.h"

#include <array>
#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

constexpr int highestDeisOrder = 4;

/// The variable in which the polynomial through the past estimates is one.
enum class Polynomial { logRho, rho, time };

/// The integral of l_j(u)·e^u du over [from, to] in closed form: e^u·(l_j − l_j' + l_j'' − …) at the ends.
/// Everything is measured from the first node, where e^u is `first`.
double logarithmicIntegral(const std::vector<double>& nodes, std::size_t j, double first, double last,
                           double to)
{
    // l_j as a polynomial sum c_n·v^n.
    std::array<double, highestDeisOrder> c{1};
    for (std::size_t m = 0; m < nodes.size(); ++m) {
        if (m == j)
            continue;
        const double scale = 1 / (nodes[j] - nodes[m]);
        const auto lower = c;
        c[0] = -nodes[m] * scale * lower[0];
        for (std::size_t n = 1; n < c.size(); ++n)
            c[n] = scale * (lower[n - 1] - nodes[m] * lower[n]);
    }
    const auto antiderivative = [&](double v) {
        return (c[0] + c[1] * v + c[2] * v * v + c[3] * v * v * v) -
               (c[1] + 2 * c[2] * v + 3 * c[3] * v * v) + (2 * c[2] + 6 * c[3] * v) - 6 * c[3];
    };
    return last * antiderivative(to) - first * antiderivative(0);
}

/// tAB-DEIS as published for images: the time of a VP-SDE from sigma 0.002 to 80 whatever the schedule is,
/// the integrals sums of ten thousand points.
class TabulatedTime
{
public:
    TabulatedTime()
    {
        const double least = 1e-3;
        const double low = std::log(0.002 * 0.002 + 1), high = std::log(80.0 * 80.0 + 1);
        m_slope = 2 * (low / least - high) / (least - 1);
        m_start = high - 0.5 * m_slope;
    }

    double time(double k) const
    {
        return (std::sqrt(m_start * m_start + 2 * m_slope * std::log(k * k + 1)) - m_start) / m_slope;
    }

    /// The integral of l_j·dk over the times.
    double integral(const std::vector<double>& nodes, std::size_t j, double from, double to) const
    {
        constexpr int points = 10000;
        double sum = 0;
        for (int i = 0; i < points; ++i) {
            const double t = from + (to - from) * i / (points - 1);
            double value = 1;
            for (std::size_t m = 0; m < nodes.size(); ++m)
                if (m != j)
                    value *= (t - nodes[m]) / (nodes[j] - nodes[m]);
            const double alphaBar = std::exp(-0.5 * t * t * m_slope - t * m_start);
            const double rate = 0.5 * (m_slope * t + m_start) / std::sqrt(alphaBar * (1 - alphaBar));
            sum += rate * value;
        }
        return sum * (to - from) / points;
    }

private:
    double m_slope = 0;  ///< beta_1 − beta_0
    double m_start = 0;  ///< beta_0
};

class Deis final : public Sampler
{
public:
    Deis(int order, EndOrders end, Polynomial polynomial, Coordinate coordinate)
        : m_order(order), m_end(end), m_polynomial(polynomial), m_slopes(coordinate, order)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        m_slopes.add(step.level, prediction);
        if (step.next.isClean())
            return step.next.alpha * prediction.x0Hat;
        // y' = y + sum_j C_j·eps_j with C_j the integral over rho = sigma/alpha of the Lagrange basis (eq.
        // 15).
        const int order = m_polynomial == Polynomial::logRho
                              ? usableOrder(m_order, m_slopes.size(), step, m_end)
                              : std::min(m_order, m_slopes.size());
        return m_slopes.summed(weights(order, step.next), x, step.level, step.next);
    }

private:
    std::vector<double> weights(int order, const NoiseLevel& next) const
    {
        const Coordinate& in = m_slopes.coordinate();
        const std::vector<double> ks = m_slopes.nodes(order);
        std::vector<double> nodes, result;
        const double origin = -in.logarithm(m_slopes.level(0));
        for (int i = 0; i < order; ++i)
            nodes.push_back(m_polynomial == Polynomial::time  ? m_time.time(ks[std::size_t(i)])
                            : m_polynomial == Polynomial::rho ? ks[std::size_t(i)]
                                                              : -in.logarithm(m_slopes.level(i)) - origin);
        for (std::size_t j = 0; j < nodes.size(); ++j) {
            if (m_polynomial == Polynomial::logRho)
                result.push_back(
                    logarithmicIntegral(nodes, j, ks[0], in.k(next), -in.logarithm(next) - origin));
            else if (m_polynomial == Polynomial::rho || order == 1)
                result.push_back(lagrangeIntegral(ks, j, ks[0], in.k(next)));
            else
                result.push_back(m_time.integral(nodes, j, nodes[0], m_time.time(in.k(next))));
        }
        return result;
    }

    int m_order;
    EndOrders m_end;
    Polynomial m_polynomial;
    SlopeHistory m_slopes;
    TabulatedTime m_time;
};

Polynomial polynomialFrom(const std::string& name)
{
    if (name == "rho")
        return Polynomial::rho;
    return name == "time" ? Polynomial::time : Polynomial::logRho;
}

SamplerEquation deisEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + ratioOfAlphas + " " + x +
                R"( + α_{t−1} ∑_{j} (∫_{k_{t}}^{k_{t−1}} ℓ_{j}(\rm{log} k) dk) )" + R"(\ep{\hat{ε}_{t+j}})",
            {"k = σ/α", R"(ℓ_{j}\rm{: the Lagrange polynomials over the last levels})"},
            "Zhang & Chen 2023, DEIS, eq. 15"};
}

}  // namespace

SamplerEntry deis()
{
    return {
        {.id = "deis",
         .displayName = "DEIS",
         .family = "Exponential integrators",
         .source = "Zhang & Chen 2023, DEIS, eq. 15 with the polynomial in log ρ",
         .description = "Fits a polynomial in the logarithm of the noise through past noise estimates and "
                        "integrates it exactly. One of the first samplers to be good at ten steps.",
         .order = 3,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::integer("order", "Order", 3, 1, highestDeisOrder,
                                     "How many estimates the polynomial goes through."),
                     lowerOrderFinalOption(),
                     Option::choice("polynomial", "Polynomial in", "log_rho",
                                    {{"log_rho", "log σ/α"}, {"rho", "σ/α"}, {"time", "Time of a VP-SDE"}},
                                    "The variable of the polynomial: the logarithm of the noise, or another "
                                    "one, as some other programs take it.")
                         .forCompatibility(),
                     variableOption()},
         .needs =
             [](const auto& values) {
                 return GridNeeds{.signal = dividesBySignal(values),
                                  .steps = base::integer(values, "order"),
                                  .orderOption = "order"};
             },
         .equation = deisEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
           const schedule::TimeGrid&) {
            return std::make_unique<Deis>(base::integer(values, "order"),
                                          EndOrders{.lowered = base::toggle(values, "lower_order_final")},
                                          polynomialFrom(base::text(values, "polynomial")),
                                          coordinateFrom(values, schedule));
        }};
}

}  // namespace diffuscope::samplers
