// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver-1, 2, 3 and DPM-Solver++ 2S, 3S: Lu et al. 2022, algorithms 1 and 2; Lu et al. 2022b,
// algorithm 1.
#include "core/samplers/dpm_solver_options.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/singlestep.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

struct SinglestepPlan
{
    Extrapolated extrapolated;
    int order;
    bool heun;
    double curvatureOffset = 0;
};

/// Every step evaluates at `order` levels of its own, evenly spaced in lambda from where it starts (r1 = 1/2
/// for order 2, r1 = 1/3 and r2 = 2/3 for order 3).
class SinglestepBetween final : public Sampler
{
public:
    explicit SinglestepBetween(SinglestepPlan plan) : m_plan(plan) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        std::vector<StagePrediction> stages{{step.level, step.denoise(x, step.level)}};
        const double h = step.next.lambda() - step.level.lambda();
        for (int stage = 1; stage < m_plan.order && std::isfinite(h); ++stage) {
            const double lambda = step.level.lambda() + h * stage / m_plan.order;
            const NoiseLevel level = step.schedule.levelOfNoiseToSignal(std::exp(-lambda));
            const Tensor inner = singlestepUpdate(m_plan.extrapolated, m_plan.heun, x, stages, level);
            stages.push_back({level, step.denoise(inner, level)});
        }
        return singlestepUpdate(m_plan.extrapolated, m_plan.heun, x, stages, step.next);
    }

private:
    SinglestepPlan m_plan;
};

/// Groups `order` steps of the grid into one of the solver, whose inner levels are then levels of the grid:
/// one evaluation a step.
class SinglestepOnGrid final : public Sampler
{
public:
    SinglestepOnGrid(SinglestepPlan plan, bool lowerOrderFinal, const schedule::TimeGrid& grid)
        : m_plan(plan), m_orders(orders(plan.order, grid, lowerOrderFinal))
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        if (m_orders.at(std::size_t(step.index)) == 1 || m_stages.empty()) {
            m_start = x;
            m_stages.clear();
        }
        m_stages.push_back({step.level, step.denoise(x, step.level)});
        const Tensor mean = singlestepUpdate(m_plan.extrapolated, m_plan.heun, m_start, m_stages, step.next,
                                             m_plan.curvatureOffset);
        if (m_plan.extrapolated != Extrapolated::imageSde || step.next.isClean())
            return mean;
        const double h = step.next.lambda() - m_stages.front().level.lambda();
        return mean + (step.next.sigma * std::sqrt(std::max(0.0, -std::expm1(-2 * h)))) * step.noise();
    }

private:
    /// The order at each step of the grid: 1 2 3 1 2 3 …; at the end groups of a lower order where the steps
    /// do not come out even, where `lowered`, and order 1 into the clean level (Lu 2022, appendix D.2).
    static std::vector<int> orders(int order, const schedule::TimeGrid& grid, bool lowered)
    {
        const int steps = grid.steps();
        const bool clean = grid.levels.back().isClean();
        std::vector<int> result;
        for (int i = 0; i < steps; ++i)
            result.push_back(i % order + 1);
        if (clean || (lowered && steps % order == 0))
            result.back() = 1;
        return result;
    }

    SinglestepPlan m_plan;
    std::vector<int> m_orders;
    std::vector<StagePrediction> m_stages;
    Tensor m_start;
};

SamplerEquation onGridEquation()
{
    using namespace letters;
    return {letters::next + R"(\frac{σ_{t−1}}{σ_{s}} \xt{x_{s}} + α_{t−1} (1−e^{−h}) D)",
            {R"(s\rm{: where the group of steps began; }D\rm{ goes through the estimates made since})"},
            "Lu et al. 2022b, DPM-Solver++, algorithm 1, on levels of the grid"};
}

SamplerEquation imageEquation(int order, const base::OptionValues& values)
{
    using namespace letters;
    if (base::text(values, "stages") != "between")
        return onGridEquation();
    if (order == 2)
        return {letters::next + ratioOfSigmas + " " + x + " " + imageFactor + x0At(2),
                {stepLength, x0At(2) + R"(\rm{ is asked half-way in }λ)"},
                "Lu et al. 2022b, DPM-Solver++, algorithm 1"};
    return {letters::next + ratioOfSigmas + " " + x + " " + imageFactor + x0 +
                R"( + \frac{α_{t−1}}{r_{2}} (1−\frac{1−e^{−h}}{h}) ()" + x0At(3) + "−" + x0 + ")",
            {stepLength, R"(r_{2} = 2/3\rm{; }(2)\rm{ and }(3)\rm{ are asked one and two thirds on in }λ)"},
            "Lu et al. 2022b, DPM-Solver++, third order"};
}

SamplerEquation noiseEquation(int order, const base::OptionValues& values)
{
    using namespace letters;
    const std::string start = letters::next + ratioOfAlphas + " " + x + " " + noiseFactor;
    if (order == 1)
        return {start + eps, {stepLength}, "Lu et al. 2022, eq. 3.7"};
    if (order == 3)
        return {
            start + eps + R"( − \frac{σ_{t−1}}{r_{2}} (\frac{e^{h}−1}{h}−1) ()" + epsAt(3) + "−" + eps + ")",
            {stepLength, R"(r_{2} = 2/3\rm{; }(2)\rm{ and }(3)\rm{ are asked one and two thirds on in }λ)"},
            "Lu et al. 2022, algorithm 2"};
    const std::vector<std::string> where{stepLength, epsAt(2) + R"(\rm{ is asked half-way in }λ)"};
    if (isHeun(values))
        return {start + eps + R"( − 2σ_{t−1} (\frac{e^{h}−1}{h}−1) ()" + epsAt(2) + "−" + eps + ")", where,
                "Lu et al. 2022, eq. 3.4, Taylor form"};
    return {start + epsAt(2), where, "Lu et al. 2022, algorithm 1"};
}

std::vector<Option> singlestepOptions(int order, Extrapolated extrapolated)
{
    if (order == 1)
        return {};
    Option stages = Option::choice("stages", "Inner levels", "between",
                                   {{"between", "Between grid levels"}, {"grid", "Grid levels"}},
                                   "Whether each step evaluates at levels of its own between those of the "
                                   "grid, or a few grid steps make one step of the solver.");
    if (extrapolated == Extrapolated::image)
        stages.choices.push_back({"grid_sde", "Grid levels, with noise (SDE)"});
    std::vector<Option> options{
        solverTypeOption(), stages,
        Option::toggle("lower_order_final", "Lower order at the end", true,
                       "With grid levels as inner levels, ends on steps of lower order.")};
    if (extrapolated == Extrapolated::image && order == 3)
        options.push_back(
            Option::choice("curvature", "Curvature", "full",
                           {{"full", "Full"}, {"offset", "Offset, as other programs"}},
                           "The third-order term of the Heun variant with noise; other programs have the "
                           "sign of a part of it wrong.")
                .forCompatibility());
    return options;
}

std::unique_ptr<Sampler> makeSinglestep(int order, Extrapolated extrapolated,
                                        const base::OptionValues& values, const schedule::TimeGrid& grid)
{
    SinglestepPlan plan{extrapolated, order, order > 1 && isHeun(values)};
    if (order == 1 || base::text(values, "stages") == "between")
        return std::make_unique<SinglestepBetween>(plan);
    if (base::text(values, "stages") == "grid_sde") {
        plan.extrapolated = Extrapolated::imageSde;
        plan.curvatureOffset = order == 3 ? curvatureOffset(values) : 0;
    }
    return std::make_unique<SinglestepOnGrid>(plan, base::toggle(values, "lower_order_final"), grid);
}

/// Completes what the single-step solvers share.
SamplerEntry singlestep(SamplerInfo info, Extrapolated extrapolated)
{
    const int order = info.order;
    const bool ofNoise = extrapolated == Extrapolated::noise;
    info.evaluationsPerStep = order;
    info.options = singlestepOptions(order, extrapolated);
    info.needs = [order, ofNoise](const base::OptionValues& values) {
        const bool onGrid = order > 1 && base::text(values, "stages") != "between";
        return GridNeeds{.signal = ofNoise, .steps = onGrid ? order : 1};
    };
    info.equation = [order, ofNoise](const base::OptionValues& values) {
        return ofNoise ? noiseEquation(order, values) : imageEquation(order, values);
    };
    return {std::move(info),
            [order, extrapolated](const base::OptionValues& values, const schedule::NoiseSchedule&,
                                  const schedule::TimeGrid& grid) {
                return makeSinglestep(order, extrapolated, values, grid);
            }};
}

SamplerEntry dpmSolver(int order, std::string description)
{
    const std::string number = std::to_string(order);
    return singlestep({.id = "dpm_solver_" + number,
                       .displayName = "DPM-Solver-" + number,
                       .family = "DPM-Solver",
                       .source = "Lu et al. 2022, DPM-Solver, eq. 3.7 and algorithms 1, 2",
                       .description = std::move(description),
                       .order = order,
                       .options = {}},
                      Extrapolated::noise);
}

SamplerEntry dpmSolverPp(int order, std::string description)
{
    const std::string number = std::to_string(order);
    return singlestep({.id = "dpmpp_" + number + "s",
                       .displayName = "DPM-Solver++ " + number + "S",
                       .family = "DPM-Solver++",
                       .source = "Lu et al. 2022b, DPM-Solver++, algorithm 1",
                       .description = std::move(description),
                       .order = order,
                       .options = {}},
                      Extrapolated::image);
}

}  // namespace

SamplerEntry dpmSolver1()
{
    return dpmSolver(
        1,
        "Treats the noise estimate as constant over each step and solves the rest exactly. This is DDIM "
        "with η = 0 under another name.");
}

SamplerEntry dpmSolver2()
{
    return dpmSolver(
        2,
        "Looks at the noise estimate once more in the middle of each step. Two evaluations a step, and "
        "the error falls with the square of the step.");
}

SamplerEntry dpmSolver3()
{
    return dpmSolver(
        3,
        "Looks at the noise estimate at two more levels inside each step. The most accurate single-step "
        "form, best when many evaluations are at hand.");
}

SamplerEntry dpmpp2s()
{
    return dpmSolverPp(
        2,
        "Looks at the estimate of the clean image once more in the middle of each step. It remembers "
        "nothing of earlier steps, so it suits runs that are branched or edited.");
}

SamplerEntry dpmpp3s()
{
    return dpmSolverPp(3,
                       "Looks at the estimate of the clean image at two more levels inside each step. Three "
                       "evaluations a step, for reference pictures rather than quick ones.");
}

}  // namespace diffuscope::samplers
