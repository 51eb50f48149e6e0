// SPDX-License-Identifier: GPL-3.0-or-later
// Adaptive Dormand–Prince 5(4) on the probability-flow ODE: Dormand & Prince 1980, table 2; Song et al. 2021
// (score SDE), section 4.3. In y = x/alpha and u = log(sigma/alpha), where dy/du = (sigma/alpha)·eps.
#include "core/samplers/adaptive.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

constexpr int dormandStages = 7;
constexpr double dormandNodes[dormandStages] = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
constexpr double dormandWeights[dormandStages][dormandStages - 1] = {
    {},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}};
/// Fifth-order minus fourth-order weights.
constexpr double dormandErrorWeights[dormandStages] = {
    71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40};

class DormandPrince final : public Sampler
{
public:
    explicit DormandPrince(Tolerance tolerance) : m_tolerance(tolerance) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel target = lastNoisyLevel(step);
        Tensor y = integrated(x / step.level.alpha, step, -target.lambda());
        if (!step.next.isClean())
            return target.alpha * y;
        return step.next.alpha * step.denoise(target.alpha * y, target).x0Hat;
    }

private:
    Tensor integrated(Tensor y, const StepContext& step, double end)
    {
        double u = -step.level.lambda();
        Tensor slopes[dormandStages];
        slopes[0] = slope(y, u, step);
        while (u > end) {
            const double h = std::max(m_h, end - u);
            for (int i = 1; i < dormandStages; ++i)
                slopes[i] =
                    slope(y + h * combined(dormandWeights[i], slopes, i), u + dormandNodes[i] * h, step);
            // The last stage is the fifth-order solution itself ("first same as last").
            const Tensor candidate =
                y + h * combined(dormandWeights[dormandStages - 1], slopes, dormandStages - 1);
            const double error = errorNorm(h * combined(dormandErrorWeights, slopes, dormandStages), y,
                                           candidate, m_tolerance);
            if (error <= 1) {
                const bool reached = h == end - u;
                u = reached ? end : u + h;
                y = candidate;
                slopes[0] = slopes[dormandStages - 1];
            }
            const double growth = std::clamp(0.9 * std::pow(std::max(error, 1e-10), -0.2), 0.2, 5.0);
            // A step that was cut at the end says little about the next.
            m_h = error <= 1 && h > m_h ? m_h : h * growth;
            checkProgress("RK45 (Dormand–Prince)", m_h);
        }
        return y;
    }

    static Tensor combined(const double* factors, const Tensor* slopes, int count)
    {
        Tensor sum = factors[0] * slopes[0];
        for (int i = 1; i < count; ++i)
            if (factors[i] != 0)
                sum = sum + factors[i] * slopes[i];
        return sum;
    }

    static Tensor slope(const Tensor& y, double u, const StepContext& step)
    {
        const NoiseLevel level = levelOfLambda(step.schedule, -u);
        return level.noiseToSignal() * step.denoise(level.alpha * y, level).epsHat;
    }

    Tolerance m_tolerance;
    double m_h = -0.1;  ///< the next step in u, kept from one level of the grid to the next
};

/// A first slope, then six evaluations an attempt: the first at a fifth of it, the last at its end.
std::vector<SubStep> dormandPrinceAttempts(const std::vector<double>& lambdas, const base::OptionValues&)
{
    std::vector<SubStep> attempts;
    for (std::size_t first = 1; first + 6 <= lambdas.size(); first += 6) {
        const double end = lambdas[first + 5];
        attempts.push_back({(5 * lambdas[first] - end) / 4, end});
    }
    return attempts;
}

SamplerEquation dormandPrinceEquation(const base::OptionValues&)
{
    using namespace letters;
    return {R"(\frac{dy}{du} = k )" + eps + R"(, y = \frac{)" + x + R"(}{α_{t}}, u = \rm{log} k)",
            {R"(\rm{solved by Dormand–Prince 5(4) with steps of its own})"},
            "Dormand & Prince 1980, table 2"};
}

}  // namespace

SamplerEntry dormandPrince()
{
    return {
        {.id = "rk45",
         .displayName = "RK45 (Dormand–Prince)",
         .family = "Adaptive",
         .source =
             "Dormand & Prince 1980, table 2; Song et al. 2021, Score-Based Generative Modeling, section 4.3",
         .description =
             "Chooses its own step lengths so that the error stays below a tolerance, and stops at the "
             "levels of the grid on its way. The reference for what a perfect solver would give.",
         .order = 5,
         .evaluationsPerStep = 6,
         .stochastic = false,
         .options = {Option::number("rtol", "Relative tolerance", 1e-5, 1e-10, 1,
                                    "Allowed error of a step relative to the state.", 10),
                     Option::number("atol", "Absolute tolerance", 1e-5, 1e-10, 1,
                                    "Allowed error of a step where the state is near 0.", 10)},
         .adaptive = true,
         .keepsHiddenState = true,
         .needs = [](const auto&) { return GridNeeds{.signal = true}; },
         .equation = dormandPrinceEquation,
         .dependsOnValues = [](const auto&) { return true; },
         .attempts = dormandPrinceAttempts},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<DormandPrince>(
                Tolerance{base::number(values, "rtol"), base::number(values, "atol")});
        }};
}

}  // namespace diffuscope::samplers
