// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver, multistep, in the noise prediction: Lu et al. 2022, DPM-Solver, eq. 3.7 and 4.1; multistep as
// in 2022b.
#include "core/samplers/dpm_solver_options.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/history.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class DpmSolverMultistep final : public Sampler
{
public:
    DpmSolverMultistep(int order, bool heun, double curvature, bool stochastic, EndOrders end)
        : m_order(order),
          m_heun(heun),
          m_curvature(curvature),
          m_stochastic(stochastic),
          m_end(end),
          m_history(order)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        m_history.add(step.level, prediction.epsHat);
        int order = usableOrder(m_order, m_history.size(), step, m_end);
        if (order == 3 && m_curvature == 2 && isLongStep(step, m_history))
            order = 2;
        const NoiseLevel& s = step.level;
        const NoiseLevel& t = step.next;
        if (t.isClean())
            return t.alpha * prediction.x0Hat;
        if (m_stochastic)
            return stochasticStep(x, order, step);

        // x_t = alpha_t/alpha_s·x − sigma_t·(h·phi_1·eps + h²·phi_2·eps' + h³·phi_3·eps''), with the
        // derivatives from finite differences (eq. 3.7, 4.1).
        const double h = t.lambda() - s.lambda();
        if (h == 0)  // a grid may end on its last level again
            return x;
        const double phi1 = std::expm1(h);
        Tensor next = (t.alpha / s.alpha) * x - (t.sigma * phi1) * m_history[0].value;
        if (order == 1)
            return next;
        const double phi2 = phi1 / h - 1;
        if (order == 2)
            return next - (t.sigma * (m_heun ? phi2 : phi1 / 2)) * slope(0, h);
        const double phi3 = phi2 / h - 0.5;
        const double h0 = s.lambda() - m_history[1].level.lambda();
        const double h1 = m_history[1].level.lambda() - m_history[2].level.lambda();
        const Tensor bend = slope(0, h) - slope(1, h);
        return next - (t.sigma * phi2) * (slope(0, h) + (h0 / (h0 + h1)) * bend) -
               (m_curvature * t.sigma * phi3 * h / (h0 + h1)) * bend;
    }

private:
    /// h·(m_i − m_{i+1})/(lambda_i − lambda_{i+1}).
    Tensor slope(int i, double h) const
    {
        const double distance = m_history[i].level.lambda() - m_history[i + 1].level.lambda();
        return (h / distance) * (m_history[i].value - m_history[i + 1].value);
    }

    /// The same on the reverse SDE (Lu 2022b, eq. 13 in the noise prediction).
    Tensor stochasticStep(const Tensor& x, int order, const StepContext& step) const
    {
        const NoiseLevel& s = step.level;
        const NoiseLevel& t = step.next;
        const double h = t.lambda() - s.lambda();
        const double phi1 = std::expm1(h);
        Tensor next = (t.alpha / s.alpha) * x - (2 * t.sigma * phi1) * m_history[0].value;
        if (order == 2)
            next = next - (t.sigma * (m_heun ? 2 * (phi1 / h - 1) : phi1)) * slope(0, h);
        return next + (t.sigma * std::sqrt(std::max(0.0, std::expm1(2 * h)))) * step.noise();
    }

    int m_order;
    bool m_heun;
    double m_curvature;
    bool m_stochastic;
    EndOrders m_end;
    History m_history;
};

SamplerEquation dpmSolverMultistepEquation(const base::OptionValues& values)
{
    using namespace letters;
    const bool sde = base::toggle(values, "sde");
    return {letters::next + ratioOfAlphas + " " + x +
                (sde ? " − 2σ_{t−1} (e^{h}−1) D" : " " + noiseFactor + "D") +
                (sde ? R"( + σ_{t−1} \sqrt{e^{2h}−1} )" + z : ""),
            {extrapolated(eps, epsBefore), stepLength, beforeIsLast},
            "Lu et al. 2022, eq. 3.7; multistep form of 2022b"};
}

}  // namespace

SamplerEntry dpmSolverMultistep()
{
    return {
        {.id = "dpm_solver_multistep",
         .displayName = "DPM-Solver multistep",
         .family = "DPM-Solver",
         .source = "Lu et al. 2022, DPM-Solver, eq. 3.7, 4.1, in the multistep form of DPM-Solver++ (2022b)",
         .description =
             "Solves the noise part of the equation exactly and extrapolates the noise estimate from "
             "past steps. Guidance makes the noise estimate restless; DPM-Solver++ copes better.",
         .order = 2,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::integer("order", "Order", 2, 1, 3,
                                     "How many estimates each step extrapolates from: 1 is DDIM."),
                     solverTypeOption(), curvatureOption(),
                     Option::toggle("sde", "Stochastic (SDE)", false,
                                    "Solves the reverse SDE instead of the ODE, with fresh "
                                    "noise in each step (orders 1 and 2)."),
                     lowerOrderFinalOption(), eulerAtFinalOption()},
         .needs =
             [](const auto& values) {
                 return GridNeeds{
                     .signal = true, .steps = base::integer(values, "order"), .orderOption = "order"};
             },
         .equation = dpmSolverMultistepEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            const int order = base::integer(values, "order");
            const bool sde = base::toggle(values, "sde");
            if (sde && order > 2)
                refuseOption("DPM-Solver multistep", "order", "3", "from 1 to 2 where \"sde\" is on");
            return std::make_unique<DpmSolverMultistep>(order, isHeun(values), curvatureFactor(values), sde,
                                                        endOrders(values));
        }};
}

}  // namespace diffuscope::samplers
