// SPDX-License-Identifier: GPL-3.0-or-later
// ER-SDE: Cui et al. 2023, Elucidating the Solution Space of Extended Reverse-Time SDE for Diffusion Models
// (arXiv 2309.06169), VP ER-SDE-Solver-1, 2 and 3.
#include "core/samplers/coordinate.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/history.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>
#include <functional>

namespace diffuscope::samplers {

namespace {

using base::Option;

/// The noise scale of the extended SDE as a function of k = sigma/alpha.
using NoiseScale = std::function<double(double)>;

class ErSde final : public Sampler
{
public:
    ErSde(int stages, NoiseScale scale, double noiseFactor)
        : m_stages(stages), m_scale(std::move(scale)), m_noiseFactor(noiseFactor), m_images(3)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel s = withSomeSignal(step.level, step.schedule);
        const NoiseLevel& t = step.next;
        const Tensor image = step.denoise(x, s).x0Hat;
        m_images.add(s, image);
        if (t.isClean())
            return t.alpha * image;
        const double from = s.noiseToSignal(), to = t.noiseToSignal();
        const double ratio = m_scale(to) / m_scale(from);
        Tensor next = (t.alpha / s.alpha * ratio) * x + (t.alpha * (1 - ratio)) * image;
        next = next + t.alpha * derivatives(from, to);
        const double noise = m_noiseFactor * std::sqrt(std::max(0.0, to * to - from * from * ratio * ratio));
        return noise > 0 ? next + (t.alpha * noise) * step.noise() : next;
    }

private:
    /// The terms of the first and second derivative of the image with respect to k.
    Tensor derivatives(double from, double to)
    {
        const int stage = std::min(m_stages, m_images.size());
        if (stage < 2)
            return torch::zeros_like(m_images[0].value);
        constexpr int points = 200;
        // As the authors sum them: the points from the left.
        const double width = (from - to) / points;
        double plain = 0, weighted = 0;
        for (int j = 0; j < points; ++j) {
            const double k = to + j * width;
            plain += width / m_scale(k);
            weighted += width * (k - from) / m_scale(k);
        }
        const double dk = to - from;
        const auto k = [this](int i) { return m_images[i].level.noiseToSignal(); };
        const Tensor first = (m_images[0].value - m_images[1].value) / (from - k(1));
        Tensor sum = (dk + m_scale(to) * plain) * first;
        if (stage > 2)
            sum = sum + (dk * dk / 2 + m_scale(to) * weighted) * ((first - m_first) / ((from - k(2)) / 2));
        m_first = first;
        return sum;
    }

    int m_stages;
    NoiseScale m_scale;
    double m_noiseFactor;
    History m_images;
    Tensor m_first{};  ///< the first derivative of the step before
};

NoiseScale noiseScaleFrom(const base::OptionValues& values)
{
    if (base::text(values, "noise_scale") == "er_sde_5")
        return [](double k) { return k * (std::exp(std::pow(k, 0.3)) + 10); };
    const double power = 1 + base::number(values, "eta");
    return [power](double k) { return std::pow(k, power); };
}

SamplerEquation erSdeEquation(const base::OptionValues& values)
{
    using namespace letters;
    const bool fifth = base::text(values, "noise_scale") == "er_sde_5";
    return {
        letters::next + ratioOfAlphas + R"( \frac{g_{t−1}}{g_{t}} )" + x +
            R"( + α_{t−1} (1−\frac{g_{t−1}}{g_{t}}) )" + x0 +
            R"( + α_{t−1} (c_{1} D_{1} + c_{2} D_{2}) + α_{t−1} \sqrt{k_{t−1}^{2}−k_{t}^{2} g_{t−1}^{2}/g_{t}^{2}} )" +
            z,
        {fifth ? "g = k (e^{k^{0.3}} + 10)" : "g = k^{1+η}",
         R"(D_{1}, D_{2}\rm{: first and second differences of }\xo{\hat{x}_{0}}\rm{ in }k\rm{; }c_{1}, c_{2}\rm{ from integrals of }1/g)",
         ratioOfNoise},
        "Cui et al. 2023, algorithms 1 to 3"};
}

}  // namespace

SamplerEntry erSde()
{
    return {
        {.id = "er_sde",
         .displayName = "ER-SDE",
         .family = "Exponential integrators",
         .source = "Cui et al. 2023, Extended Reverse-Time SDE, arXiv 2309.06169, VP ER-SDE-Solver-1 to 3",
         .description = "Solves a reverse equation whose noise can be chosen at will, here of a form that "
                        "the authors found best. It keeps the detail of random samplers at 10 to 30 steps.",
         .order = 3,
         .evaluationsPerStep = 1,
         .stochastic = true,
         .options = {Option::integer("max_stage", "Order", 3, 1, 3,
                                     "How many estimates of the clean image each step goes through."),
                     Option::choice("noise_scale", "Noise scale", "er_sde_5",
                                    {{"er_sde_5", "ER-SDE 5"}, {"power", "Power of σ/α"}},
                                    "How the noise depends on the level: the authors' fifth form, or a power "
                                    "of σ/α, with which η of 1 is the reverse SDE and 0 the ODE."),
                     Option::number("eta", "η", 1, 0, 3, "With a power as noise scale: the power less one.",
                                    2),
                     Option::number("noise_factor", "S noise", 1, 0, 2, "Factor of the fresh noise.", 3)},
         .equation = erSdeEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<ErSde>(base::integer(values, "max_stage"), noiseScaleFrom(values),
                                           base::number(values, "noise_factor"));
        }};
}

}  // namespace diffuscope::samplers
