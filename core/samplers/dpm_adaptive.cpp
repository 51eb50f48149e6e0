// DPM-Solver-12 and DPM-Solver-23 with adaptive steps: Lu et al. 2022, DPM-Solver, appendix C.
#include "core/samplers/adaptive.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/singlestep.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class DpmAdaptive final : public Sampler
{
public:
    DpmAdaptive(int order, Tolerance tolerance, double safety)
        : m_order(order), m_tolerance(tolerance), m_safety(safety)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel target = lastNoisyLevel(step);
        Tensor state = x;
        NoiseLevel level = step.level;
        Tensor previous = m_previous.defined() ? m_previous : x;
        while (level.lambda() < target.lambda()) {
            const double left = target.lambda() - level.lambda();
            const double h = std::min(m_h, left);
            const NoiseLevel end = h == left ? target : levelOfLambda(step.schedule, level.lambda() + h);
            const Pair pair = bothOrders(state, level, end, step);
            const double error = errorNormOfMaximum(pair.high - pair.low, pair.low, previous, m_tolerance);
            if (error <= 1) {
                state = pair.high;
                previous = pair.low;
                level = end;
            }
            const double growth =
                std::clamp(m_safety * std::pow(std::max(error, 1e-10), -1.0 / m_order), 0.1, 5.0);
            m_h = error <= 1 && h < m_h ? m_h : h * growth;
            checkProgress("DPM-Solver adaptive", m_h);
        }
        m_previous = previous;
        return step.next.isClean() ? step.next.alpha * step.denoise(state, target).x0Hat : state;
    }

private:
    struct Pair
    {
        Tensor low;
        Tensor high;
    };

    /// The solutions of two orders that share their evaluations: DPM-Solver-1 and 2 (r1 = 1/2), or 2 and 3
    /// (r1 = 1/3, r2 = 2/3).
    Pair bothOrders(const Tensor& x, const NoiseLevel& from, const NoiseLevel& to,
                    const StepContext& step) const
    {
        const auto update = [&](const std::vector<StagePrediction>& made, const NoiseLevel& level) {
            return singlestepUpdate(Extrapolated::noise, false, x, made, level);
        };
        std::vector<StagePrediction> made{{from, step.denoise(x, from)}};
        Tensor low;
        for (int stage = 1; stage < m_order; ++stage) {
            if (stage + 1 == m_order)
                low = update(made, to);
            const double lambda = from.lambda() + (to.lambda() - from.lambda()) * stage / m_order;
            const NoiseLevel level = levelOfLambda(step.schedule, lambda);
            made.push_back({level, step.denoise(update(made, level), level)});
        }
        return {low, update(made, to)};
    }

    int m_order;
    Tolerance m_tolerance;
    double m_safety;
    double m_h = 0.05;  ///< the next step in lambda, kept from one level of the grid to the next
    Tensor m_previous{};
};

}  // namespace

SamplerEntry dpmAdaptive()
{
    return {
        {.id = "dpm_adaptive",
         .displayName = "DPM-Solver adaptive",
         .family = "Adaptive",
         .source = "Lu et al. 2022, DPM-Solver, appendix C (DPM-Solver-12, DPM-Solver-23)",
         .description = "Compares DPM-Solver of two orders and lengthens or shortens each step by their "
                        "difference. The grid only says where it stops to be looked at.",
         .order = 3,
         .evaluationsPerStep = 3,
         .stochastic = false,
         .options = {Option::choice("pair", "Orders", "23", {{"12", "1 and 2"}, {"23", "2 and 3"}},
                                    "The two orders that are compared."),
                     Option::number("rtol", "Relative tolerance", 0.05, 1e-6, 1,
                                    "Allowed difference relative to the state.", 6),
                     Option::number("atol", "Absolute tolerance", 0.0078, 1e-6, 1,
                                    "Allowed difference where the state is near 0; 0.0078 is one step of 256 "
                                    "grey levels.",
                                    6),
                     Option::number(
                         "theta", "θ", 0.9, 0.1, 0.99,
                         "How cautious the next step is: the share of the length that would just do.", 2)},
         .adaptive = true},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            requireFallingNoise("DPM-Solver adaptive", grid);
            requireSignal("DPM-Solver adaptive", grid);
            return std::make_unique<DpmAdaptive>(
                base::text(values, "pair") == "12" ? 2 : 3,
                Tolerance{base::number(values, "rtol"), base::number(values, "atol")},
                base::number(values, "theta"));
        }};
}

}  // namespace diffuscope::samplers
