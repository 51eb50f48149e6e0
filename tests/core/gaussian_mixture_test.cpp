// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/denoise/gaussian_mixture.h"
#include "tests/support/fake_denoiser.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using namespace diffuscope::denoise;
using namespace diffuscope::recipe;
using diffuscope::test::largestDifference;

namespace {

GaussianMixture mixture()
{
    return {.means = torch::tensor({{1.5, 0.0}, {-1.0, 1.0}, {0.0, -2.0}}, torch::kDouble),
            .weights = torch::tensor({0.5, 0.3, 0.2}, torch::kDouble),
            .std = 0.4};
}

/// log p(x) of the noised mixture, written out.
double logDensity(double x, double y, const schedule::NoiseLevel& level)
{
    const double means[3][2] = {{1.5, 0}, {-1, 1}, {0, -2}};
    const double weights[3] = {0.5, 0.3, 0.2};
    const double var = level.alpha * level.alpha * 0.16 + level.sigma * level.sigma;
    double density = 0;
    for (int k = 0; k < 3; ++k) {
        const double dx = x - level.alpha * means[k][0];
        const double dy = y - level.alpha * means[k][1];
        density += weights[k] / (2 * M_PI * var) * std::exp(-(dx * dx + dy * dy) / (2 * var));
    }
    return std::log(density);
}

}  // namespace

class GaussianMixtureTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noiseIsMinusSigmaTimesTheScore()
    {
        GaussianMixtureDenoiser denoiser(mixture());
        const schedule::NoiseLevel level{300, 0.8, 0.6};
        const double h = 1e-5;
        for (const auto& [x, y] : {std::pair{0.3, -0.2}, {1.1, 0.4}, {-0.7, -1.3}}) {
            const Tensor eps =
                denoiser.predict(torch::tensor({{x, y}}, torch::kDouble), level, Condition::none()).epsHat;
            const double scoreX = (logDensity(x + h, y, level) - logDensity(x - h, y, level)) / (2 * h);
            const double scoreY = (logDensity(x, y + h, level) - logDensity(x, y - h, level)) / (2 * h);
            QVERIFY(std::abs(eps[0][0].item<double>() + level.sigma * scoreX) < 1e-8);
            QVERIFY(std::abs(eps[0][1].item<double>() + level.sigma * scoreY) < 1e-8);
        }
    }

    void imageAndNoiseMakeUpTheState()
    {
        GaussianMixtureDenoiser denoiser(mixture());
        const Tensor x = mixture().sample(50, 3);
        for (const schedule::NoiseLevel& level :
             {schedule::NoiseLevel{0, 1, 0}, {500, 0.5, std::sqrt(0.75)}, {999, 0, 1}, {1, 0.4, 0.6}}) {
            const Prediction p = denoiser.predict(x, level, Condition::none());
            QVERIFY(largestDifference(level.alpha * p.x0Hat + level.sigma * p.epsHat, x) < 1e-13);
        }
    }

    void pureNoiseSaysTheMeanOfTheData()
    {
        GaussianMixtureDenoiser denoiser(mixture());
        const Prediction p =
            denoiser.predict(torch::randn({4, 2}, torch::kDouble), {999, 0, 1}, Condition::none());
        const Tensor mean = torch::tensor({0.5 * 1.5 - 0.3, 0.3 - 0.4}, torch::kDouble);
        QVERIFY(largestDifference(p.x0Hat, mean.expand({4, 2})) < 1e-14);
    }

    void aClassIsOneComponent()
    {
        GaussianMixtureDenoiser denoiser(mixture());
        const schedule::NoiseLevel level{500, 0.6, 0.8};
        const Tensor x = torch::tensor({{0.2, 0.1}, {0.2, 0.1}, {0.2, 0.1}}, torch::kDouble);
        const Prediction p = denoiser.predict(x, level, Condition{{1, -1, 0}});
        const double var = 0.36 * 0.16 + 0.64;
        const double expected = -1.0 + 0.6 * 0.16 / var * (0.2 - 0.6 * -1.0);
        QVERIFY(std::abs(p.x0Hat[0][0].item<double>() - expected) < 1e-14);
        const Prediction whole = denoiser.predict(x, level, Condition::none());
        QVERIFY(largestDifference(p.x0Hat[1], whole.x0Hat[1]) < 1e-15);
        QVERIFY_EXCEPTION_THROWN(denoiser.predict(x, level, Condition::classLabel(3)), Error);
    }

    void drawsHaveTheMixturesMomentsAndDependOnTheirIndexAlone()
    {
        const Tensor draws = mixture().sample(20000, 7);
        const Tensor mean = torch::tensor({0.45, -0.1}, torch::kDouble);
        QVERIFY(largestDifference(draws.mean(0), mean) < 0.03);
        const double second = 0.5 * 2.25 + 0.3 * 1 + 0.16 - 0.45 * 0.45;
        QVERIFY(std::abs(draws.select(1, 0).var().item<double>() - second) < 0.05);
        QVERIFY(largestDifference(mixture().sample(10, 7), draws.narrow(0, 0, 10)) == 0);
    }

    void impossibleMixturesAreRefused()
    {
        GaussianMixture flat = mixture();
        flat.std = 0;
        QVERIFY_EXCEPTION_THROWN(GaussianMixtureDenoiser{flat}, Error);
        GaussianMixture heavy = mixture();
        heavy.weights = heavy.weights * 2;
        QVERIFY_EXCEPTION_THROWN(GaussianMixtureDenoiser{heavy}, Error);
        GaussianMixture uneven = mixture();
        uneven.weights = torch::ones({2}, torch::kDouble) / 2;
        QVERIFY_EXCEPTION_THROWN(GaussianMixtureDenoiser{uneven}, Error);
    }
};

QTEST_GUILESS_MAIN(GaussianMixtureTest)
#include "gaussian_mixture_test.moc"
