// SPDX-License-Identifier: GPL-3.0-or-later
// The worked example of the DDPM step, the numbers a student computes by hand.
#include "core/base/error.h"
#include "core/samplers/sampler.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using samplers::StepContext;
using torch::Tensor;

class DdpmWorkedExampleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void meanAndNoiseGiveTheNumbersOfTheExample();
    void learnedVarianceLiesBetweenTheFixedOnes();
};

void DdpmWorkedExampleTest::meanAndNoiseGiveTheNumbersOfTheExample()
{
    // beta = 0.10 and alphaBar = 0.81 at the second level, so alphaBar = 0.90 at the first.
    const auto schedule = schedule::NoiseSchedule::fromBetas("example", {0.1, 0.1});
    QVERIFY(std::abs(schedule.alphaBar(1) - 0.81) < 1e-15);
    const schedule::TimeGrid grid{{schedule.level(1), schedule.level(0), {0, 1, 0}}};
    const auto sampler = samplers::makeSampler({"ddpm", {}}, schedule, grid);

    const double eps = 0.30;
    double z = 0;
    StepContext step{
        .level = grid[0],
        .next = grid[1],
        .index = 0,
        .grid = grid,
        .schedule = schedule,
        .denoise =
            [&](const Tensor& x, const schedule::NoiseLevel& level) {
                const Tensor noise = torch::full_like(x, eps);
                return denoise::Prediction{.x0Hat = (x - level.sigma * noise) / level.alpha, .epsHat = noise};
            },
        .noise = [&] { return torch::full({1}, z, torch::kDouble); },
    };
    const Tensor x = torch::full({1}, 0.90, torch::kDouble);
    const double mean = sampler->step(x, step).item<double>();
    // 0.876136; the example rounds on the way, to 0.8762.
    QVERIFY2(std::abs(mean - 0.8762) < 1e-4,
             qPrintable(QString("mu = %1, expected 0.8762").arg(mean, 0, 'f', 6)));

    // sigma² = beta~ = (1 − 0.90)/(1 − 0.81)·0.10; the example adds sigma·z = 0.02.
    z = 0.02 / std::sqrt(0.10 / 0.19 * 0.10);
    const double next = sampler->step(x, step).item<double>();
    QVERIFY2(std::abs(next - mean - 0.02) < 1e-12 && std::abs(next - 0.8962) < 1e-4,
             qPrintable(QString("x = %1, expected 0.8962").arg(next, 0, 'f', 6)));
}

/// log Sigma = f·log beta + (1 − f)·log beta~ (Nichol & Dhariwal 2021, eq. 15): the ends are the fixed
/// variances, the middle their geometric mean.
void DdpmWorkedExampleTest::learnedVarianceLiesBetweenTheFixedOnes()
{
    const auto schedule = schedule::NoiseSchedule::fromBetas("example", {0.1, 0.2, 0.3});
    const schedule::TimeGrid grid{
        {schedule.level(2), schedule.level(1), schedule.level(0), schedule::NoiseLevel{0, 1, 0}}};
    const Tensor x = torch::tensor({0.9, -0.4, 0.2}, torch::kDouble);
    const auto deviation = [&](const std::string& variance, const Tensor& fraction) {
        const auto sampler = samplers::makeSampler({"ddpm", {{"variance", variance}}}, schedule, grid);
        double z = 0;
        StepContext step{
            .level = grid[0],
            .next = grid[1],
            .index = 0,
            .grid = grid,
            .schedule = schedule,
            .denoise =
                [&](const Tensor& state, const schedule::NoiseLevel&) {
                    denoise::Prediction said{.x0Hat = torch::zeros_like(state), .epsHat = state};
                    said.varianceFraction = fraction;
                    return said;
                },
            .noise = [&] { return torch::full({3}, z, torch::kDouble); },
        };
        const Tensor mean = sampler->step(x, step);
        z = 1;
        return sampler->step(x, step) - mean;
    };
    const Tensor small = deviation("fixed_small", {});
    const Tensor large = deviation("fixed_large", {});
    const Tensor learned = deviation("learned_range", torch::tensor({0.0, 1.0, 0.5}, torch::kDouble));
    QVERIFY(std::abs(large[0].item<double>() - std::sqrt(0.3)) < 1e-12);
    QVERIFY(std::abs((learned[0] - small[0]).item<double>()) < 1e-12);
    QVERIFY(std::abs((learned[1] - large[1]).item<double>()) < 1e-12);
    QVERIFY(std::abs((learned[2] - (small[2] * large[2]).sqrt()).item<double>()) < 1e-12);
    QVERIFY_EXCEPTION_THROWN((void)deviation("learned_range", {}), Error);
}

QTEST_GUILESS_MAIN(DdpmWorkedExampleTest)
#include "ddpm_worked_example_test.moc"
