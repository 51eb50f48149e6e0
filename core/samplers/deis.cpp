// DEIS in log rho: Zhang & Chen 2023, Fast Sampling with Exponential Integrator, section 3.3 (ρAB-DEIS in log
// ρ).
#include "core/samplers/dpm_solver_options.h"
#include "core/samplers/history.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class Deis final : public Sampler
{
public:
    Deis(int order, EndOrders end) : m_order(order), m_end(end), m_history(order) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        m_history.add(step.level, prediction.epsHat);
        if (step.next.isClean())
            return step.next.alpha * prediction.x0Hat;
        // y' = y + sum_j C_j·eps_j with C_j the integral over rho = sigma/alpha of the Lagrange basis in log
        // rho (eq. 15).
        const int order = usableOrder(m_order, m_history.size(), step, m_end);
        Tensor next = (step.next.alpha / step.level.alpha) * x;
        for (int j = 0; j < order; ++j)
            next = next + (step.next.alpha * integral(j, order, step)) * m_history[j].value;
        return next;
    }

private:
    /// The integral of l_j(log rho) d rho = l_j(u)·e^u du, in closed form: e^u·(l_j − l_j' + l_j'') at the
    /// two ends.
    double integral(int j, int order, const StepContext& step) const
    {
        // l_j as a polynomial c0 + c1·v + c2·v² in v = u − u_s, u = −lambda.
        const double origin = -step.level.lambda();
        double c[3] = {1, 0, 0};
        const double node = -m_history[j].level.lambda() - origin;
        for (int m = 0; m < order; ++m) {
            if (m == j)
                continue;
            const double other = -m_history[m].level.lambda() - origin;
            const double scale = 1 / (node - other);
            const double lower[3] = {c[0], c[1], c[2]};
            c[0] = -other * scale * lower[0];
            c[1] = scale * (lower[0] - other * lower[1]);
            c[2] = scale * (lower[1] - other * lower[2]);
        }
        const auto antiderivative = [&](double v) {
            return (c[0] + c[1] * v + c[2] * v * v) - (c[1] + 2 * c[2] * v) + 2 * c[2];
        };
        const double end = -step.next.lambda() - origin;
        return step.next.noiseToSignal() * antiderivative(end) -
               step.level.noiseToSignal() * antiderivative(0);
    }

    int m_order;
    EndOrders m_end;
    History m_history;
};

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
         .options = {Option::integer("order", "Order", 3, 1, 3,
                                     "How many estimates the polynomial goes through."),
                     lowerOrderFinalOption()}},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            const int order = base::integer(values, "order");
            requireFallingNoise("DEIS", grid);
            requireStepsForOrder("DEIS", order, grid, true);
            requireSignal("DEIS", grid);
            return std::make_unique<Deis>(
                order, EndOrders{.lowered = base::toggle(values, "lower_order_final"), .firstAtEnd = false});
        }};
}

}  // namespace diffuscope::samplers
