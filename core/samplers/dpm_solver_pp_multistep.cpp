// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver++ 2M and 3M: Lu et al. 2022b, DPM-Solver++, algorithm 2 (2M) and its third-order form.
#include "core/samplers/coordinate.h"
#include "core/samplers/dpm_solver_options.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/history.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

class DpmSolverPpMultistep final : public Sampler
{
public:
    DpmSolverPpMultistep(int order, bool heun, double curvature, EndOrders end, Coordinate coordinate)
        : m_order(order), m_heun(heun), m_curvature(curvature), m_end(end), m_in(coordinate), m_history(order)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        m_history.add(step.level, step.denoise(x, step.level).x0Hat);
        int order = usableOrder(m_order, m_history.size(), step, m_end);
        if (order == 3 && m_curvature == 2 && isLongStep(step, m_history))
            order = 2;
        const NoiseLevel& s = step.level;
        const NoiseLevel& t = step.next;

        // x_t = sigma_t/sigma_s·x − alpha_t·(e^−h − 1)·D (eq. 9), D from finite differences of x0Hat in
        // lambda.
        // In the time of flow the same with −log k in place of lambda and 1 in place of alpha.
        const double scale = m_in.scale(t);
        const double h = m_in.logarithm(t) - m_in.logarithm(s);
        if (h == 0)  // a grid may end on its last level again
            return x;
        const double decay = std::expm1(-h);
        Tensor next = (t.sigma / s.sigma) * x - (scale * decay) * m_history[0].value;
        if (order == 1)
            return next;
        const double phi2 = decay / h + 1;
        if (order == 2)
            return next + (scale * (m_heun ? phi2 : -decay / 2)) * slope(0, h);
        const double phi3 = phi2 / h - 0.5;
        const double h0 = distance(0);
        const double h1 = distance(1);
        const Tensor bend = slope(0, h) - slope(1, h);
        return next + (scale * phi2) * (slope(0, h) + (h0 / (h0 + h1)) * bend) -
               (m_curvature * scale * phi3 * h / (h0 + h1)) * bend;
    }

private:
    /// lambda_i − lambda_{i+1}.
    double distance(int i) const
    {
        return m_in.logarithm(m_history[i].level) - m_in.logarithm(m_history[i + 1].level);
    }

    /// h·(m_i − m_{i+1})/(lambda_i − lambda_{i+1}).
    Tensor slope(int i, double h) const
    {
        return (h / distance(i)) * (m_history[i].value - m_history[i + 1].value);
    }

    int m_order;
    bool m_heun;
    double m_curvature;
    EndOrders m_end;
    Coordinate m_in;
    History m_history;
};

SamplerEquation dpmpp2mEquation(const base::OptionValues& values)
{
    using namespace letters;
    if (isHeun(values))
        return {letters::next + ratioOfSigmas + " " + x + " " + imageFactor + x0 +
                    R"( + α_{t−1} (1−\frac{1−e^{−h}}{h}) \frac{1}{r} ()" + x0 + "−" + x0Before + ")",
                {R"(r = \frac{λ_{t}−λ_{t+1}}{h})", stepLength},
                "Lu et al. 2022b, DPM-Solver++, Taylor form"};
    return {letters::next + ratioOfSigmas + " " + x + " " + imageFactor + "D",
            {extrapolated(x0, x0Before), stepLength, beforeIsLast},
            "Lu et al. 2022b, DPM-Solver++, algorithm 2"};
}

SamplerEquation dpmpp3mEquation(const base::OptionValues&)
{
    using namespace letters;
    return {
        letters::next + ratioOfSigmas + " " + x + " " + imageFactor + x0 +
            R"( + α_{t−1} (1−\frac{1−e^{−h}}{h}) D_{1} − α_{t−1} (\frac{e^{−h}−1+h}{h^{2}}−\frac{1}{2}) D_{2})",
        {R"(D_{1}, D_{2}\rm{: first and second differences of }\xo{\hat{x}_{0}}\rm{ in }λ)", stepLength},
        "Lu et al. 2022b, DPM-Solver++, third order"};
}

constexpr auto ppMultistepSource =
    "Lu et al. 2022b, DPM-Solver++: Fast Solver for Guided Sampling, algorithm 2, eq. 9";

/// Completes what 2M and 3M share.
SamplerEntry ppMultistep(SamplerInfo info)
{
    const int order = info.order;
    info.options.insert(info.options.end(), {solverTypeOption(), lowerOrderFinalOption(),
                                             eulerAtFinalOption(), variableOption()});
    info.needs = [order](const auto&) { return GridNeeds{.steps = order}; };
    return {std::move(info), [order](const base::OptionValues& values,
                                     const schedule::NoiseSchedule& schedule, const schedule::TimeGrid&) {
                return std::make_unique<DpmSolverPpMultistep>(
                    order, isHeun(values), order == 3 ? curvatureFactor(values) : 0, endOrders(values),
                    coordinateFrom(values, schedule));
            }};
}

}  // namespace

SamplerEntry dpmpp2m()
{
    return ppMultistep({.id = "dpmpp_2m",
                        .displayName = "DPM-Solver++ 2M",
                        .family = "DPM-Solver++",
                        .source = ppMultistepSource,
                        .description =
                            "Extrapolates the estimate of the clean image from the last two steps. The usual "
                            "choice for good pictures in 10 to 20 steps, also under strong guidance.",
                        .order = 2,
                        .options = {},
                        .equation = dpmpp2mEquation});
}

SamplerEntry dpmpp3m()
{
    return ppMultistep(
        {.id = "dpmpp_3m",
         .displayName = "DPM-Solver++ 3M",
         .family = "DPM-Solver++",
         .source = ppMultistepSource,
         .description =
             "As 2M, but the curve goes through the last three estimates of the clean image. More accurate "
             "with many steps and weak guidance, less steady with strong guidance.",
         .order = 3,
         .options = {curvatureOption()},
         .equation = dpmpp3mEquation});
}

}  // namespace diffuscope::samplers
