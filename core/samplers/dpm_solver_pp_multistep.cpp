// DPM-Solver++ 2M and 3M: Lu et al. 2022b, DPM-Solver++, algorithm 2 (2M) and its third-order form.
#include "core/samplers/dpm_solver_options.h"
#include "core/samplers/history.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

class DpmSolverPpMultistep final : public Sampler
{
public:
    DpmSolverPpMultistep(int order, bool heun, double curvature, EndOrders end)
        : m_order(order), m_heun(heun), m_curvature(curvature), m_end(end), m_history(order)
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
        const double h = t.lambda() - s.lambda();
        if (h == 0)  // a grid may end on its last level again
            return x;
        const double decay = std::expm1(-h);
        Tensor next = (t.sigma / s.sigma) * x - (t.alpha * decay) * m_history[0].value;
        if (order == 1)
            return next;
        const double phi2 = decay / h + 1;
        if (order == 2)
            return next + (t.alpha * (m_heun ? phi2 : -decay / 2)) * slope(0, h);
        const double phi3 = phi2 / h - 0.5;
        const double h0 = s.lambda() - m_history[1].level.lambda();
        const double h1 = m_history[1].level.lambda() - m_history[2].level.lambda();
        const Tensor bend = slope(0, h) - slope(1, h);
        return next + (t.alpha * phi2) * (slope(0, h) + (h0 / (h0 + h1)) * bend) -
               (m_curvature * t.alpha * phi3 * h / (h0 + h1)) * bend;
    }

private:
    /// h·(m_i − m_{i+1})/(lambda_i − lambda_{i+1}).
    Tensor slope(int i, double h) const
    {
        const double distance = m_history[i].level.lambda() - m_history[i + 1].level.lambda();
        return (h / distance) * (m_history[i].value - m_history[i + 1].value);
    }

    int m_order;
    bool m_heun;
    double m_curvature;
    EndOrders m_end;
    History m_history;
};

SamplerEntry entry(int order, std::string id, std::string name, std::string description,
                   std::vector<base::Option> options)
{
    const auto make = [order, name](const base::OptionValues& values, const schedule::NoiseSchedule&,
                                    const schedule::TimeGrid& grid) {
        requireFallingNoise(name, grid);
        requireStepsForOrder(name, order, grid, false);
        return std::make_unique<DpmSolverPpMultistep>(
            order, isHeun(values), order == 3 ? curvatureFactor(values) : 0, endOrders(values));
    };
    return {{.id = std::move(id),
             .displayName = name,
             .family = "DPM-Solver++",
             .source = "Lu et al. 2022b, DPM-Solver++: Fast Solver for Guided Sampling, algorithm 2, eq. 9",
             .description = std::move(description),
             .order = order,
             .evaluationsPerStep = 1,
             .stochastic = false,
             .options = std::move(options)},
            make};
}

}  // namespace

SamplerEntry dpmpp2m()
{
    return entry(
        2, "dpmpp_2m", "DPM-Solver++ 2M",
        "Extrapolates the estimate of the clean image from the last two steps. The usual choice for good "
        "pictures in 10 to 20 steps, also under strong guidance.",
        {solverTypeOption(), lowerOrderFinalOption(), eulerAtFinalOption()});
}

SamplerEntry dpmpp3m()
{
    return entry(
        3, "dpmpp_3m", "DPM-Solver++ 3M",
        "As 2M, but the curve goes through the last three estimates of the clean image. More accurate with "
        "many steps and weak guidance, less steady with strong guidance.",
        {curvatureOption(), solverTypeOption(), lowerOrderFinalOption(), eulerAtFinalOption()});
}

}  // namespace diffuscope::samplers
