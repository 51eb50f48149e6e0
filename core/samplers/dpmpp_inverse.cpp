// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver(++) multistep run from image to noise: Lu et al. 2022 and 2022b, the formulas with a negative
// step (diffusers, DPMSolverMultistepInverse).
#include "core/samplers/dpm_solver_options.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/history.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class DpmSolverInverse final : public Sampler
{
public:
    DpmSolverInverse(int order, bool ofImage, bool heun, double curvature, EndOrders end)
        : m_order(order),
          m_ofImage(ofImage),
          m_heun(heun),
          m_curvature(curvature),
          m_end(end),
          m_history(order)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        // A clean image stands at the least noisy level of training, where lambda is finite.
        const NoiseLevel s = step.level.isClean() ? step.schedule.level(0) : step.level;
        const NoiseLevel& t = step.next;
        const Prediction prediction = step.denoise(x, s);
        m_history.add(s, m_ofImage ? prediction.x0Hat : prediction.epsHat);
        const double h = t.lambda() - s.lambda();
        if (h == 0)
            return x;
        const int order = usableOrder(m_order, m_history.size(), step, m_end);
        // z = −h of the image, h of the noise; phi_1 … phi_3 as in the solvers from noise to image.
        const double z = m_ofImage ? -h : h;
        const double factor = m_ofImage ? t.alpha : t.sigma;
        const double phi1 = std::expm1(z);
        Tensor next =
            (m_ofImage ? t.sigma / s.sigma : t.alpha / s.alpha) * x - (factor * phi1) * m_history[0].value;
        if (order == 1)
            return next;
        const double phi2 = phi1 / z - 1;
        if (order == 2)
            return next - (factor * (m_heun ? phi2 : phi1 / 2)) * slope(0, h);
        const double phi3 = phi2 / z - 0.5;
        const double h0 = distance(0), h1 = distance(1);
        const Tensor bend = slope(0, h) - slope(1, h);
        return next - (factor * phi2) * (slope(0, h) + (h0 / (h0 + h1)) * bend) -
               (m_curvature * factor * phi3 * h / (h0 + h1)) * bend;
    }

private:
    double distance(int i) const { return m_history[i].level.lambda() - m_history[i + 1].level.lambda(); }
    /// h·(m_i − m_{i+1})/(lambda_i − lambda_{i+1}).
    Tensor slope(int i, double h) const
    {
        return (h / distance(i)) * (m_history[i].value - m_history[i + 1].value);
    }

    int m_order;
    bool m_ofImage;
    bool m_heun;
    double m_curvature;
    EndOrders m_end;
    History m_history;
};

SamplerEquation dpmSolverInverseEquation(const base::OptionValues& values)
{
    using namespace letters;
    const std::string start = "x_{t+1} = ";
    const std::vector<std::string> where{
        R"(t+1\rm{ is the noisier level that the step leads to, }h = λ_{t+1}−λ_{t} < 0)",
        R"(D\rm{ goes through the last estimates})"};
    if (base::text(values, "extrapolate") == "noise")
        return {start + R"(\frac{α_{t+1}}{α_{t}} )" + x + " − σ_{t+1} (e^{h}−1) D", where,
                "Lu et al. 2022, eq. 3.7"};
    return {start + R"(\frac{σ_{t+1}}{σ_{t}} )" + x + " + α_{t+1} (1−e^{−h}) D", where,
            "Lu et al. 2022b, DPM-Solver++, algorithm 2"};
}

}  // namespace

SamplerEntry dpmppInverse()
{
    return {{.id = "dpmpp_inverse",
             .displayName = "DPM-Solver++ inverse",
             .family = "DPM-Solver++",
             .source = "Lu et al. 2022b, DPM-Solver++, algorithm 2, run backwards; diffusers, "
                       "DPMSolverMultistepInverse",
             .description = "Runs DPM-Solver++ from the image to the noise that would have made it. It needs "
                            "fewer steps than DDIM inverse for the same accuracy.",
             .order = 2,
             .evaluationsPerStep = 1,
             .stochastic = false,
             .options = {Option::integer("order", "Order", 2, 1, 3,
                                         "How many estimates each step extrapolates from."),
                         Option::choice("extrapolate", "Extrapolates", "image",
                                        {{"image", "Clean image"}, {"noise", "Noise"}},
                                        "Which estimate the curve goes through."),
                         curvatureOption(), solverTypeOption(), lowerOrderFinalOption()},
             .inverse = true,
             .needs =
                 [](const auto& values) {
                     return GridNeeds{.direction = GridNeeds::Direction::toNoise,
                                      .steps = base::integer(values, "order"),
                                      .orderOption = "order"};
                 },
             .equation = dpmSolverInverseEquation},
            [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
                return std::make_unique<DpmSolverInverse>(
                    base::integer(values, "order"), base::text(values, "extrapolate") == "image",
                    isHeun(values), curvatureFactor(values),
                    EndOrders{.lowered = base::toggle(values, "lower_order_final")});
            }};
}

}  // namespace diffuscope::samplers
