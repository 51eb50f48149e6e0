// SPDX-License-Identifier: GPL-3.0-or-later
// Samplers that draw noise reproduce the mixture's mean, covariance and mode weights.
#include "core/schedule/schedule_registry.h"
#include "tests/golden/mixture_fixture.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using recipe::SamplerSpec;
using torch::Tensor;

Q_DECLARE_METATYPE(diffuscope::recipe::SamplerSpec)

namespace {

constexpr int draws = 20'000;

struct Statistics
{
    Tensor mean;        ///< [2]
    Tensor covariance;  ///< [2, 2]
    Tensor weights;     ///< [3], share of draws nearest to each mean
};

Statistics statisticsOf(const Tensor& x)
{
    const Tensor centred = x - x.mean(0);
    const Tensor nearest = torch::cdist(x, golden::mixture().means).argmin(1);
    return {.mean = x.mean(0),
            .covariance = centred.t().matmul(centred) / double(x.size(0)),
            .weights = torch::bincount(nearest, {}, 3).to(torch::kDouble) / double(x.size(0))};
}

}  // namespace

class StochasticStatisticsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void meanCovarianceAndWeightsAreTheMixtures_data();
    void meanCovarianceAndWeightsAreTheMixtures();
};

void StochasticStatisticsTest::meanCovarianceAndWeightsAreTheMixtures_data()
{
    QTest::addColumn<SamplerSpec>("spec");
    QTest::addColumn<int>("steps");
    const auto row = [](const char* name, SamplerSpec spec, int steps) {
        QTest::newRow(name) << spec << steps;
    };
    row("DDPM small", {"ddpm", {}}, 1000);
    row("DDPM large", {"ddpm", {{"variance", std::string("fixed_large")}}}, 1000);
    row("DDIM eta 1", {"ddim", {{"eta", 1.0}}}, 400);
    row("DDIM eta 0.5", {"ddim", {{"eta", 0.5}}}, 500);
    row("Euler with churn", {"euler", {{"churn", 20.0}}}, 500);
    row("Heun with churn", {"heun", {{"churn", 40.0}}}, 200);
    row("DPM2 with churn", {"dpm2", {{"churn", 40.0}}}, 200);
    row("Euler a", {"euler_a", {}}, 500);
    row("DPM2 a", {"dpm2_a", {}}, 300);
    row("DPM-Solver++ 2M SDE", {"dpmpp_2m_sde", {}}, 200);
    row("DPM-Solver++ 3M SDE", {"dpmpp_3m_sde", {}}, 200);
    row("DPM-Solver++ 2S SDE", {"dpmpp_2s", {{"stages", std::string("grid_sde")}}}, 400);
    row("DPM-Solver++ 3S SDE",
        {"dpmpp_3s", {{"stages", std::string("grid_sde")}, {"solver_type", std::string("heun")}}}, 400);
    row("DPM-Solver SDE", {"dpm_solver_multistep", {{"sde", true}}}, 300);
    row("SA-Solver", {"sa_solver", {}}, 200);
    row("SA-Solver in eps", {"sa_solver", {{"extrapolate", std::string("noise")}}}, 400);
    row("RES multistep with noise", {"res_multistep", {{"eta", 1.0}}}, 400);
    row("Restart", {"restart", {}}, 100);
}

void StochasticStatisticsTest::meanCovarianceAndWeightsAreTheMixtures()
{
    QFETCH(SamplerSpec, spec);
    QFETCH(int, steps);
    const auto schedule = schedule::makeSchedule({"linear", {}});
    const schedule::GridSpec spacing =
        spec.id == "ddpm" ? schedule::GridSpec{"leading", {}}
                          : schedule::GridSpec{"log_snr", {{"final", std::string("sigma_min")}}};
    const auto grid = schedule::makeTimeGrid(schedule, spacing, steps);
    const Statistics found = statisticsOf(golden::sampled(spec, schedule, grid, draws));
    const Statistics exact = statisticsOf(golden::mixture().sample(1'000'000, 7));

    // Standard errors of 20,000 draws: the mean's is 0.73/√20000 = 0.005, the covariance's about 0.006, a
    // weight's at most 0.0035. Four of them are allowed.
    const double meanError = (found.mean - exact.mean).abs().max().item<double>();
    const double covarianceError = (found.covariance - exact.covariance).abs().max().item<double>();
    const double weightError = (found.weights - exact.weights).abs().max().item<double>();
    const QString text =
        QString("mean %1, covariance %2, weights %3").arg(meanError).arg(covarianceError).arg(weightError);
    std::printf("%-28s off by %s\n", QTest::currentDataTag(), qPrintable(text));
    QVERIFY2(meanError < 0.022, qPrintable(text));
    QVERIFY2(covarianceError < 0.024, qPrintable(text));
    QVERIFY2(weightError < 0.014, qPrintable(text));
}

QTEST_GUILESS_MAIN(StochasticStatisticsTest)
#include "stochastic_statistics_test.moc"
