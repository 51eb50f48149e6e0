// Latent consistency sampling: Luo et al. 2023, Latent Consistency Models, algorithm 3 and eq. 8.
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

class Lcm final : public Sampler
{
public:
    Lcm(double timeScale, double dataStd) : m_timeScale(timeScale), m_dataStd(dataStd) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        // f = c_skip·x + c_out·x0Hat with c_skip(0) = 1 and c_out(0) = 0, at the scaled time (eq. 8 and
        // appendix).
        const double time = m_timeScale * step.level.t;
        const double norm = time * time + m_dataStd * m_dataStd;
        const double skip = m_dataStd * m_dataStd / norm;
        const double out = time / std::sqrt(norm);
        const Tensor image = out * prediction.x0Hat + skip * x;
        if (step.isLast())
            return step.next.isClean() ? step.next.alpha * image : image;
        // algorithm 3: the image is noised to the next time.
        return step.next.alpha * image + step.next.sigma * step.noise();
    }

private:
    double m_timeScale;
    double m_dataStd;
};

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
                                    "Standard deviation of the data in the same weights.", 2)}},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            requireFallingNoise("LCM", grid);
            return std::make_unique<Lcm>(base::number(values, "time_scale"),
                                         base::number(values, "data_std"));
        }};
}

}  // namespace diffuscope::samplers
