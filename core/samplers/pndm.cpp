// SPDX-License-Identifier: GPL-3.0-or-later
// PNDM and PLMS: Liu et al. 2022, Pseudo Numerical Methods for Diffusion Models on Manifolds, eq. 11 to 13.
#include "core/samplers/equation_letters.h"
#include "core/samplers/history.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/stride.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

struct PndmPlan
{
    bool rungeKutta;
    bool extrapolateV;
    bool previousByStride;
};

class Pndm final : public Sampler
{
public:
    explicit Pndm(PndmPlan plan) : m_plan(plan), m_history(4) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        if (m_plan.rungeKutta && step.index < 3)
            return m_plan.previousByStride ? stridingRungeKuttaStep(x, step)
                                           : rungeKuttaStep(x, step.next, step);
        const NoiseLevel s = m_plan.previousByStride ? strideBefore(step) : step.next;
        const Tensor e = evaluated(x, step.level, step);
        m_history.add(step.level, e);
        const auto m = [&](int i) { return m_history[i].value; };
        switch (m_history.size()) {
            case 1: {  // a step and a second one with the mean of the two slopes
                if (m_plan.previousByStride)
                    return stridingFirstStep(e, x, s, step);
                const Tensor second = evaluated(transferred(e, x, step.level, s), s, step);
                return transferred((e + second) / 2, x, step.level, s);
            }
            case 2:
                return transferred((3 * m(0) - m(1)) / 2, x, step.level, s);
            case 3:
                return transferred((23 * m(0) - 16 * m(1) + 5 * m(2)) / 12, x, step.level, s);
            default:  // eq. 12
                return transferred((55 * m(0) - 59 * m(1) + 37 * m(2) - 9 * m(3)) / 24, x, step.level, s);
        }
    }

private:
    /// Pseudo Runge–Kutta, eq. 13.
    Tensor rungeKuttaStep(const Tensor& x, const NoiseLevel& s, const StepContext& step)
    {
        const NoiseLevel& t = step.level;
        const NoiseLevel middle = step.schedule.levelAt((t.t + s.t) / 2);
        const Tensor e1 = evaluated(x, t, step);
        m_history.add(t, e1);
        const Tensor e2 = evaluated(transferred(e1, x, t, middle), middle, step);
        const Tensor e3 = evaluated(transferred(e2, x, t, middle), middle, step);
        const Tensor e4 = evaluated(transferred(e3, x, t, s), s, step);
        return transferred((e1 + 2 * e2 + 2 * e3 + e4) / 6, x, t, s);
    }

    /// The quantity that is extrapolated: eps, or v = alpha·eps − sigma·x0.
    Tensor evaluated(const Tensor& x, const NoiseLevel& level, const StepContext& step) const
    {
        const Prediction prediction = step.denoise(x, level);
        return m_plan.extrapolateV ? level.alpha * prediction.epsHat - level.sigma * prediction.x0Hat
                                   : prediction.epsHat;
    }

    /// The transfer part phi of eq. 11, which equals a DDIM step along the noise.
    Tensor transferred(const Tensor& e, const Tensor& x, const NoiseLevel& t, const NoiseLevel& s) const
    {
        return movedAlong(m_plan.extrapolateV ? t.alpha * e + t.sigma * x : e, x, t, s);
    }

    /// The first step of other programs: they tell the network the next time of the grid, and take the state
    /// to have been one stride above that time.
    Tensor stridingFirstStep(const Tensor& e, const Tensor& x, const NoiseLevel& s,
                             const StepContext& step) const
    {
        const Tensor once = transferred(e, x, step.level, s);
        if (step.isLast())
            return once;
        const Tensor second = evaluated(once, step.next, step);
        const double start = step.next.t + stride(step.grid, step.schedule);
        return transferred((e + second) / 2, x, step.schedule.levelAt(start), step.next);
    }

    /// Their Runge–Kutta step, whose half-way time is half a stride above the next time of the grid when it
    /// is told, and half a stride below this one when the first stage steps to it.
    Tensor stridingRungeKuttaStep(const Tensor& x, const StepContext& step)
    {
        const NoiseLevel& t = step.level;
        const int half = stride(step.grid, step.schedule) / 2;
        const NoiseLevel middle = step.schedule.levelAt(step.next.t + half);
        const Tensor e1 = evaluated(x, t, step);
        m_history.add(t, e1);
        const Tensor e2 = evaluated(transferred(e1, x, t, step.schedule.levelAt(t.t - half)), middle, step);
        const Tensor e3 = evaluated(transferred(e2, x, t, middle), middle, step);
        const Tensor e4 = evaluated(transferred(e3, x, t, step.next), step.next, step);
        return transferred((e1 + 2 * e2 + 2 * e3 + e4) / 6, x, t, step.next);
    }

    PndmPlan m_plan;
    History m_history;
};

SamplerEquation pndmEquation(const base::OptionValues& values)
{
    using namespace letters;
    std::vector<std::string> where{R"(e = \frac{1}{24} (55 )" + eps + " − 59 " + epsBefore +
                                       R"( + 37 \ep{\hat{ε}_{t+2}} − 9 \ep{\hat{ε}_{t+3}}))",
                                   ratioOfNoise, earlierSteps};
    if (base::text(values, "extrapolate") == "v")
        where[0] += R"(\rm{, of }v = α_{t} )" + eps + " − σ_{t} " + x0 + R"(\rm{ in place of }\hat{ε})";
    return {letters::next + ratioOfAlphas + " " + x + " + α_{t−1} (k_{t−1}−k_{t}) e", where,
            "Liu et al. 2022, PNDM, eq. 11 and 12"};
}

}  // namespace

SamplerEntry pndm()
{
    return {
        {.id = "pndm",
         .displayName = "PNDM / PLMS",
         .family = "DDIM",
         .source = "Liu et al. 2022, Pseudo Numerical Methods for Diffusion Models on Manifolds, eq. 11–13",
         .description =
             "Extrapolates the noise estimate from the last four steps and moves as DDIM does. The "
             "first sampler of Stable Diffusion, good from about 25 steps.",
         .order = 4,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options =
             {Option::choice("warm_up", "First steps", "plms",
                             {{"plms", "Low order (PLMS)"}, {"runge_kutta", "Runge–Kutta (PNDM)"}},
                             "How the first steps, which have no past, are taken: at a lower order, or with "
                             "four evaluations each for three steps."),
              Option::choice("extrapolate", "Extrapolates", "eps", {{"eps", "Noise ε"}, {"v", "Velocity v"}},
                             "Which quantity the curve goes through; other programs take whatever the "
                             "network outputs.")
                  .forCompatibility(),
              Option::choice("previous_time", "Previous time", "grid",
                             {{"grid", "Next time of the grid"}, {"stride", "t − T/steps"}},
                             "Where a step lands: at the grid's own next time, or at t − T/steps whatever "
                             "the spacing, as some other programs do.")
                  .forCompatibility()},
         .wantsShortEnd = true,
         .needs =
             [](const auto& values) {
                 const bool rungeKutta = base::text(values, "warm_up") == "runge_kutta";
                 const bool byStride = base::text(values, "previous_time") == "stride";
                 // Other programs start as low as they must.
                 return GridNeeds{.signal = true, .steps = rungeKutta || !byStride ? 4 : 1};
             },
         .equation = pndmEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            const PndmPlan plan{.rungeKutta = base::text(values, "warm_up") == "runge_kutta",
                                .extrapolateV = base::text(values, "extrapolate") == "v",
                                .previousByStride = base::text(values, "previous_time") == "stride"};
            return std::make_unique<Pndm>(plan);
        }};
}

}  // namespace diffuscope::samplers
