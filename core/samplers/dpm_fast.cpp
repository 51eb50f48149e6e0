// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver fast: Lu et al. 2022, DPM-Solver, algorithm of appendix D.2 (DPM-Solver-fast), with ancestral
// noise as in k-diffusion (sample_dpm_fast).
#include "core/samplers/equation_letters.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/singlestep.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class DpmFast final : public Sampler
{
public:
    DpmFast(std::vector<int> lastOrders, double eta, double noiseFactor)
        : m_lastOrders(std::move(lastOrders)), m_eta(eta), m_noiseFactor(noiseFactor)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel& s = step.level;
        const NoiseLevel& t = step.next;
        std::vector<StagePrediction> stages{{s, step.denoise(x, s)}};
        if (t.isClean())
            return t.alpha * stages[0].prediction.x0Hat;
        // With noise the step goes down to a lower level, but not beyond the last.
        NoiseLevel target = t;
        double up = 0;
        if (m_eta > 0) {
            const double k = t.noiseToSignal();
            const double last = step.grid.levels.back().noiseToSignal();
            const double down = std::max(last, ancestralSplit(s.noiseToSignal(), k, m_eta).down);
            target = step.schedule.levelOfNoiseToSignal(down);
            up = std::sqrt(std::max(0.0, k * k - down * down));
        }
        const int order = orderOf(step);
        const double h = target.lambda() - s.lambda();
        for (int stage = 1; stage < order; ++stage) {
            const NoiseLevel inner =
                step.schedule.levelOfNoiseToSignal(std::exp(-(s.lambda() + h * stage / order)));
            // Inner levels take the Taylor form (algorithm 2, line 5).
            const Tensor there = singlestepUpdate(Extrapolated::noise, true, x, stages, inner);
            stages.push_back({inner, step.denoise(there, inner)});
        }
        const Tensor lower = singlestepUpdate(Extrapolated::noise, false, x, stages, target);
        const Tensor next = (t.alpha / target.alpha) * lower;
        return up > 0 ? next + (t.alpha * up * m_noiseFactor) * step.noise() : next;
    }

private:
    int orderOf(const StepContext& step) const
    {
        const int left = step.steps() - step.index;
        const int lowered = int(m_lastOrders.size());
        return left <= lowered ? m_lastOrders[std::size_t(lowered - left)] : 3;
    }

    std::vector<int> m_lastOrders;
    double m_eta;
    double m_noiseFactor;
};

std::vector<int> lastOrdersFrom(const std::string& name)
{
    if (name == "2_1")
        return {2, 1};
    return {name == "1" ? 1 : 2};
}

SamplerEquation dpmFastEquation(const base::OptionValues& values)
{
    using namespace letters;
    const bool noise = base::number(values, "eta") > 0;
    return {letters::next + ratioOfAlphas + " " + x + " " + noiseFactor + eps +
                R"( − \frac{σ_{t−1}}{r_{2}} (\frac{e^{h}−1}{h}−1) ()" + epsAt(3) + "−" + eps + ")" +
                (noise ? " + α_{t−1} k_{↑} " + z : ""),
            {noise ? R"(h\rm{ reaches to }k_{↓}, k_{↑}^{2}+k_{↓}^{2} = k_{t−1}^{2})" : stepLength,
             R"(r_{2} = 2/3\rm{; }(2)\rm{ and }(3)\rm{ are asked one and two thirds on in }λ)",
             R"(\rm{the last steps are of order 2 and 1})"},
            "Lu et al. 2022, algorithm 2 and appendix D.2"};
}

}  // namespace

SamplerEntry dpmFast()
{
    return {
        {.id = "dpm_fast",
         .displayName = "DPM fast",
         .family = "DPM-Solver",
         .source = "Lu et al. 2022, DPM-Solver, appendix D.2 (DPM-Solver-fast); k-diffusion, sample_dpm_fast",
         .description =
             "DPM-Solver of order 3 with steps of order 2 and 1 at the end, so that a given number of "
             "evaluations is used up. It belongs on the grid log_snr, which ends at the least noisy level.",
         .order = 1,
         .evaluationsPerStep = 3,
         .stochastic = false,
         .options = {Option::choice("last_orders", "Last orders", "2_1",
                                    {{"2_1", "2, then 1: 3·steps − 3 evaluations"},
                                     {"1", "1: 3·steps − 2 evaluations"},
                                     {"2", "2: 3·steps − 1 evaluations"}},
                                    "The orders of the last steps, which make up the number of evaluations."),
                     Option::number("eta", "η", 0, 0, 1, "Share of fresh noise in each step.", 2),
                     Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3)},
         .needs = [](const auto&) { return GridNeeds{.signal = true}; },
         .equation = dpmFastEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<DpmFast>(lastOrdersFrom(base::text(values, "last_orders")),
                                             base::number(values, "eta"),
                                             base::number(values, "noise_factor"));
        }};
}

}  // namespace diffuscope::samplers
