// SPDX-License-Identifier: GPL-3.0-or-later
// Latent consistency sampling: Luo et al. 2023, Latent Consistency Models, algorithm 3 and eq. 8.
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class Lcm final : public Sampler
{
public:
    Lcm(double timeScale, double dataStd, bool weighted)
        : m_timeScale(timeScale), m_dataStd(dataStd), m_weighted(weighted)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        const Tensor image = m_weighted ? weighted(prediction, x, step.level) : prediction.x0Hat;
        if (step.isLast() && (step.next.isClean() || m_weighted))
            return step.next.isClean() ? step.next.alpha * image : image;
        // algorithm 3: the image is noised to the next time.
        return step.next.alpha * image + step.next.sigma * step.noise();
    }

private:
    /// f = c_skip·x + c_out·x0Hat with c_skip(0) = 1 and c_out(0) = 0, at the scaled time (eq. 8 and
    /// appendix). At time 0 itself, where there is still the least noise of training, that would hand back
    /// the state as it is; the estimate is what is wanted of it.
    Tensor weighted(const Prediction& prediction, const Tensor& x, const NoiseLevel& level) const
    {
        if (level.t == 0)
            return prediction.x0Hat;
        const double time = m_timeScale * level.t;
        const double norm = time * time + m_dataStd * m_dataStd;
        const double skip = m_dataStd * m_dataStd / norm;
        const double out = time / std::sqrt(norm);
        return out * prediction.x0Hat + skip * x;
    }

    double m_timeScale;
    double m_dataStd;
    bool m_weighted;
};

SamplerEquation lcmEquation(const base::OptionValues& values)
{
    using namespace letters;
    if (base::text(values, "boundary") == "none")
        return {letters::next + "α_{t−1} " + x0 + " + σ_{t−1} " + z, {}, "Luo et al. 2023, algorithm 3"};
    return {
        letters::next + "α_{t−1} (c_{\\rm{skip}} " + x + " + c_{\\rm{out}} " + x0 + ") + σ_{t−1} " + z,
        {R"(c_{\rm{skip}} = \frac{σ_{d}^{2}}{(st)^{2}+σ_{d}^{2}}, c_{\rm{out}} = \frac{st}{\sqrt{(st)^{2}+σ_{d}^{2}}})"},
        "Luo et al. 2023, algorithm 3 and eq. 8"};
}

}  // namespace

SamplerEntry lcm()
{
    return {
        {.id = "lcm",
         .displayName = "LCM",
         .family = "Few-step students",
         .source = "Luo et al. 2023, Latent Consistency Models, algorithm 3; Song et al. 2023, algorithm 1",
         .description =
             "Jumps to the clean image, adds fresh noise for the next time, and jumps again. Made for "
             "students that were distilled to jump; with an ordinary network the picture stays blurred.",
         .order = 1,
         .evaluationsPerStep = 1,
         .stochastic = true,
         .options = {Option::number(
                         "time_scale", "Time scale", 10, 0.1, 1000,
                         "Factor of the time in the weights that mix state and estimate; 10 in the "
                         "published students.",
                         1),
                     Option::number("data_std", "σ data", 0.5, 0.01, 10,
                                    "Standard deviation of the data in the same weights.", 2),
                     Option::choice("boundary", "Boundary weights", "weighted",
                                    {{"weighted", "As the students were trained"}, {"none", "None"}},
                                    "Whether a share of the state is mixed into the estimated image, as the "
                                    "published students are trained to, or the estimate is taken as it is.")
                         .forCompatibility()},
         .equation = lcmEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
            return std::make_unique<Lcm>(base::number(values, "time_scale"), base::number(values, "data_std"),
                                         base::text(values, "boundary") == "weighted");
        }};
}

}  // namespace diffuscope::samplers
