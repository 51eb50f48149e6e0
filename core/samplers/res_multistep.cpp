// RES multistep: Zhang et al. 2023, Improved Order Analysis and Design of Exponential Integrator for
// Diffusion Models (arXiv 2308.02157), the two-step refined exponential solver in lambda = −log(sigma/alpha).
#include "core/samplers/history.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class ResMultistep final : public Sampler
{
public:
    explicit ResMultistep(double eta) : m_eta(eta), m_history(2) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Tensor image = step.denoise(x, step.level).x0Hat;
        m_history.add(step.level, image);
        if (step.next.isClean())
            return step.next.alpha * image;
        const double k = step.level.noiseToSignal();
        const auto [down, up] = ancestralSplit(k, step.next.noiseToSignal(), m_eta);
        const double alpha = step.next.alpha;
        const Tensor next = alpha * (down > 0 ? solved(x, step, k, down) : image);
        return up > 0 ? next + (alpha * up) * step.noise() : next;
    }

private:
    /// y at `down`: e^−h·y + h·(b1·D_n + b2·D_{n−1}), b2 = phi_2(−h)/c2, b1 = phi_1(−h) − b2, c2 =
    /// −h_{n−1}/h.
    Tensor solved(const Tensor& x, const StepContext& step, double k, double down) const
    {
        const double h = std::log(k / down);
        const double phi1 = std::expm1(-h) / -h;
        const double phi2 = (phi1 - 1) / -h;
        const Tensor y = x / step.level.alpha;
        if (m_history.size() == 1)
            return std::exp(-h) * y + (h * phi1) * m_history[0].value;
        const double c2 = (m_history[1].level.lambda() - step.level.lambda()) / h;
        const double b2 = phi2 / c2;
        return std::exp(-h) * y + (h * (phi1 - b2)) * m_history[0].value + (h * b2) * m_history[1].value;
    }

    double m_eta;
    History m_history;
};

}  // namespace

SamplerEntry resMultistep()
{
    return {
        {.id = "res_multistep",
         .displayName = "RES multistep",
         .family = "Exponential integrators",
         .source = "Zhang et al. 2023, arXiv 2308.02157, refined exponential solver, two-step form",
         .description =
             "An exponential integrator whose weights satisfy all order conditions, in a form that "
             "reuses the last step. Close to DPM-Solver++ 2M, with optional fresh noise.",
         .order = 2,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::number("eta", "η", 0, 0, 1, "Share of fresh noise in each step.", 2)}},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            requireFallingNoise("RES multistep", grid);
            requireStepsForOrder("RES multistep", 2, grid, false);
            requireSignal("RES multistep", grid);
            return std::make_unique<ResMultistep>(base::number(values, "eta"));
        }};
}

}  // namespace diffuscope::samplers
