// SPDX-License-Identifier: GPL-3.0-or-later
// BDIA-DDIM: Zhang et al. 2023, Exact Diffusion Inversion via Bi-directional Integration Approximation
// (arXiv 2307.10829), algorithm 1.
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/transition.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class BdiaDdim final : public Sampler
{
public:
    BdiaDdim(double gamma, double eta) : m_gamma(gamma), m_eta(eta) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel& t = step.level;
        const NoiseLevel& s = step.next;
        const Prediction p = step.denoise(x, t);
        const double deviation = m_eta * std::sqrt(posteriorVariance(t, s));
        const double direction = std::sqrt(std::max(0.0, s.sigma * s.sigma - deviation * deviation));
        Tensor next = s.alpha * p.x0Hat + direction * p.epsHat;
        // From the second step on: the step before is taken back along this step's estimates.
        if (m_before.defined())
            next = m_gamma * m_before + next -
                   m_gamma * (m_levelBefore.alpha * p.x0Hat + m_levelBefore.sigma * p.epsHat);
        m_before = m_here.defined() ? m_here : x;
        m_levelBefore = t;
        m_here = next;
        return deviation > 0 ? next + deviation * step.noise() : next;
    }

private:
    double m_gamma;
    double m_eta;
    Tensor m_here{};    ///< the last step's result, without its noise
    Tensor m_before{};  ///< the state one step before x
    NoiseLevel m_levelBefore{};
};

SamplerEquation bdiaDdimEquation(const base::OptionValues& values)
{
    using namespace letters;
    const bool noise = base::number(values, "eta") > 0;
    return {
        letters::next + R"(γ \xt{x_{t+1}} + α_{t−1} )" + x0 + " + σ_{t−1} " + eps + R"( − γ (α_{t+1} )" + x0 +
            " + σ_{t+1} " + eps + ")" + (noise ? " + v " + z : ""),
        {R"(\rm{the first step is one of DDIM})",
         noise ? R"(v\rm{ as in DDIM, and }σ_{t−1}\rm{ is }\sqrt{σ_{t−1}^{2}−v^{2}}\rm{ in front of }\hat{ε})"
               : R"(\rm{with }γ = 1\rm{ it can be run backwards exactly})"},
        "Zhang et al. 2023, BDIA, algorithm 1"};
}

}  // namespace

SamplerEntry bdiaDdim()
{
    return {
        {.id = "bdia_ddim",
         .displayName = "BDIA DDIM",
         .family = "DDIM",
         .source = "Zhang et al. 2023, Exact Diffusion Inversion via Bi-directional Integration "
                   "Approximation, algorithm 1",
         .description = "DDIM that also takes the step before back along the new estimate, so that a run can "
                        "be undone exactly. With γ near 1 it is rough at few steps.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::number(
                         "gamma", "γ", 0.5, 0, 1,
                         "How much of the step before is taken back: 0 is DDIM, 1 can be inverted exactly.",
                         2),
                     Option::number("eta", "η", 0, 0, 1, "Share of fresh noise in each step.", 2)},
         .equation = bdiaDdimEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<BdiaDdim>(base::number(values, "gamma"), base::number(values, "eta"));
        }};
}

}  // namespace diffuscope::samplers
