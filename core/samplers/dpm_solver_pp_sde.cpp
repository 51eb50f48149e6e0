// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver++ SDE 2M and 3M: Lu et al. 2022b, DPM-Solver++, section 5.3 (SDE-DPM-Solver++); 3M as in
// k-diffusion.
#include "core/samplers/dpm_solver_options.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/history.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class DpmSolverPpSde final : public Sampler
{
public:
    struct Curvature
    {
        double factor = 0;
        double offset = 0;
    };

    DpmSolverPpSde(int order, bool heun, Curvature curvature, double eta, double noiseFactor, EndOrders end)
        : m_order(order),
          m_heun(heun),
          m_curvature(curvature),
          m_eta(eta),
          m_noiseFactor(noiseFactor),
          m_end(end),
          m_history(order)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        m_history.add(step.level, step.denoise(x, step.level).x0Hat);
        const NoiseLevel& t = step.next;
        if (t.isClean())
            return t.alpha * m_history[0].value;
        const double h = t.lambda() - step.level.lambda();
        if (h == 0)
            return x;
        // The SDE with a share eta of noise is the ODE's formula with h(1 + eta), and noise that makes up for
        // the rest: with eta = 1, x_t = sigma_t/sigma_s·e^−h·x + alpha_t·(1 − e^−2h)·D + sigma_t·sqrt(1 −
        // e^−2h)·z. (Recipes of version 1 had the root of this eta.)
        const Tensor next =
            (t.sigma / step.level.sigma * std::exp(-m_eta * h)) * x + t.alpha * image(step, h);
        const double noise = t.sigma * std::sqrt(std::max(0.0, -std::expm1(-2 * m_eta * h))) * m_noiseFactor;
        return noise > 0 ? next + noise * step.noise() : next;
    }

private:
    /// (1 − e^−H)·D with H = h(1 + eta).
    Tensor image(const StepContext& step, double h) const
    {
        int order = usableOrder(m_order, m_history.size(), step, m_end);
        if (order == 3 && m_curvature.factor == 2 && isLongStep(step, m_history))
            order = 2;
        const double H = h * (1 + m_eta);
        const double decay = std::expm1(-H);
        const Tensor first = -decay * m_history[0].value;
        if (order == 1)
            return first;
        const double phi2 = decay / H + 1;
        if (order == 2)
            return first + (m_heun ? phi2 : -decay / 2) * slope(0, h);
        const double phi3 = phi2 / H - 0.5;
        const double h0 = step.level.lambda() - m_history[1].level.lambda();
        const double h1 = m_history[1].level.lambda() - m_history[2].level.lambda();
        const Tensor bend = slope(0, h) - slope(1, h);
        return first + phi2 * (slope(0, h) + (h0 / (h0 + h1)) * bend) -
               (m_curvature.factor * (phi3 + m_curvature.offset) * h / (h0 + h1)) * bend;
    }

    /// h·(m_i − m_{i+1})/(lambda_i − lambda_{i+1}).
    Tensor slope(int i, double h) const
    {
        const double distance = m_history[i].level.lambda() - m_history[i + 1].level.lambda();
        return (h / distance) * (m_history[i].value - m_history[i + 1].value);
    }

    int m_order;
    bool m_heun;
    Curvature m_curvature;
    double m_eta;
    double m_noiseFactor;
    EndOrders m_end;
    History m_history;
};

SamplerEquation ppSdeEquation(bool third)
{
    using namespace letters;
    return {letters::next + ratioOfSigmas + " e^{−ηh} " + x + R"( + α_{t−1} (1−e^{−(1+η)h}) D + )" +
                R"(σ_{t−1} \sqrt{1−e^{−2ηh}} )" + z,
            {third ? R"(D\rm{ goes through the last three }\xo{\hat{x}_{0}})" : extrapolated(x0, x0Before),
             stepLength, beforeIsLast},
            third ? "k-diffusion, sample_dpmpp_3m_sde" : "Lu et al. 2022b, SDE-DPM-Solver++"};
}

constexpr auto ppSdeSource =
    "Lu et al. 2022b, DPM-Solver++, SDE-DPM-Solver++; third order: k-diffusion, sample_dpmpp_3m_sde";

/// Completes what 2M SDE and 3M SDE share.
SamplerEntry ppSde(SamplerInfo info)
{
    const int order = info.order;
    info.stochastic = true;
    info.options.insert(
        info.options.end(),
        {solverTypeOption(),
         Option::number("eta", "η", 1, 0, 1, "Share of fresh noise: 0 solves the ODE, 1 the reverse SDE.", 2),
         Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3),
         lowerOrderFinalOption(), eulerAtFinalOption()});
    info.needs = [order](const auto&) { return GridNeeds{.steps = order}; };
    info.equation = [order](const auto&) { return ppSdeEquation(order == 3); };
    return {std::move(info), [order](const base::OptionValues& values, const schedule::NoiseSchedule&,
                                     const schedule::TimeGrid&) {
                DpmSolverPpSde::Curvature curvature;
                if (order == 3)
                    curvature = {.factor = curvatureFactor(values), .offset = curvatureOffset(values)};
                return std::make_unique<DpmSolverPpSde>(
                    order, isHeun(values), curvature, base::number(values, "eta"),
                    base::number(values, "noise_factor"), endOrders(values));
            }};
}

}  // namespace

SamplerEntry dpmpp2mSde()
{
    return ppSde({.id = "dpmpp_2m_sde",
                  .displayName = "DPM-Solver++ 2M SDE",
                  .family = "DPM-Solver++",
                  .source = ppSdeSource,
                  .description = "DPM-Solver++ 2M with fresh noise in each step. The noise corrects earlier "
                                 "errors, which often gives richer detail at 20 or more steps.",
                  .order = 2,
                  .options = {}});
}

SamplerEntry dpmpp3mSde()
{
    return ppSde({.id = "dpmpp_3m_sde",
                  .displayName = "DPM-Solver++ 3M SDE",
                  .family = "DPM-Solver++",
                  .source = ppSdeSource,
                  .description =
                      "As 2M SDE, but the curve goes through the last three estimates of the clean image. It "
                      "wants many steps on an exponential or Karras grid.",
                  .order = 3,
                  .options = {stochasticCurvatureOption()}});
}

}  // namespace diffuscope::samplers
