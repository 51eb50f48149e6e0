// SPDX-License-Identifier: GPL-3.0-or-later
// The order of every deterministic sampler, measured: slope of the error against the number of steps on the
// oracle.
#include "core/schedule/schedule_registry.h"
#include "tests/golden/mixture_fixture.h"

#include <QTest>

#include <cmath>
#include <cstdio>

using namespace diffuscope;
using golden::sampled;
using recipe::SamplerSpec;
using std::string_literals::operator""s;

Q_DECLARE_METATYPE(diffuscope::recipe::SamplerSpec)

class ConvergenceOrderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void errorFallsWithThePowerOfTheOrder_data();
    void errorFallsWithThePowerOfTheOrder();
    void adaptiveSolversKeepTheirTolerance_data();
    void adaptiveSolversKeepTheirTolerance();

private:
    /// Uniform in log-SNR between two levels above 0, so that no step is of a lower order.
    schedule::TimeGrid grid(int steps) const
    {
        return schedule::makeTimeGrid(
            m_schedule, {"log_snr", {{"sigma_max", 20.0}, {"sigma_min", 0.05}, {"final", "sigma_min"s}}},
            steps);
    }
    double error(const SamplerSpec& spec, int steps) const
    {
        const torch::Tensor difference = sampled(spec, m_schedule, grid(steps), images) - m_exact;
        return difference.square().sum(1).sqrt().mean().item<double>();
    }

    static constexpr int images = 64;
    schedule::NoiseSchedule m_schedule = schedule::makeSchedule({"linear", {}});
    torch::Tensor m_exact;
};

void ConvergenceOrderTest::initTestCase()
{
    m_exact = sampled({"rk45", {{"rtol", 1e-10}, {"atol", 1e-10}}}, m_schedule, grid(20), images);
}

void ConvergenceOrderTest::errorFallsWithThePowerOfTheOrder_data()
{
    QTest::addColumn<SamplerSpec>("spec");
    QTest::addColumn<double>("order");
    const auto row = [](const char* name, SamplerSpec spec, double order) {
        QTest::newRow(name) << spec << order;
    };
    row("Euler", {"euler", {}}, 1);
    row("DDIM", {"ddim", {}}, 1);
    row("flow Euler", {"flow_euler", {}}, 1);
    row("DPM-Solver-1", {"dpm_solver_1", {}}, 1);
    row("gradient estimation", {"gradient_estimation", {}}, 1);
    row("Heun", {"heun", {}}, 2);
    row("flow Heun", {"flow_heun", {}}, 2);
    row("DPM2", {"dpm2", {}}, 2);
    row("DPM-Solver-2", {"dpm_solver_2", {}}, 2);
    row("DPM-Solver++ 2S", {"dpmpp_2s", {}}, 2);
    row("DPM-Solver++ 2M", {"dpmpp_2m", {}}, 2);
    row("DPM-Solver++ 2M Heun", {"dpmpp_2m", {{"solver_type", "heun"s}}}, 2);
    row("DPM-Solver++ 2M SDE without noise", {"dpmpp_2m_sde", {{"eta", 0.0}}}, 2);
    row("DPM-Solver multistep 2", {"dpm_solver_multistep", {{"order", 2.0}}}, 2);
    row("RES multistep", {"res_multistep", {}}, 2);
    row("UniPC 2", {"unipc", {{"order", 2.0}}}, 2);
    row("UniPC 2 bh1", {"unipc", {{"order", 2.0}, {"solver_type", "bh1"s}}}, 2);
    row("SA-Solver 2 without noise", {"sa_solver", {{"tau", 0.0}}}, 2);
    row("SA-Solver 2 without noise, in eps", {"sa_solver", {{"tau", 0.0}, {"extrapolate", "noise"s}}}, 2);
    row("DPM-Solver-3", {"dpm_solver_3", {}}, 3);
    row("DPM-Solver++ 3S", {"dpmpp_3s", {{"solver_type", "heun"s}}}, 3);
    row("DPM-Solver++ 3M", {"dpmpp_3m", {}}, 3);
    row("DPM-Solver++ 3M SDE without noise", {"dpmpp_3m_sde", {{"eta", 0.0}}}, 3);
    row("DPM-Solver multistep 3", {"dpm_solver_multistep", {{"order", 3.0}}}, 3);
    row("UniPC 3", {"unipc", {{"order", 3.0}}}, 3);
    row("DEIS 3", {"deis", {}}, 3);
    row("SA-Solver 3 without noise",
        {"sa_solver",
         {{"tau", 0.0}, {"predictor_order", 3.0}, {"corrector_order", 3.0}, {"lower_order_final", false}}},
        3);
    row("LMS 3", {"lms", {{"order", 3.0}}}, 3);
    row("iPNDM-V 3", {"ipndm_v", {{"order", 3.0}}}, 3);
    row("EDM midpoint", {"edm_ablation", {{"alpha", 0.5}}}, 2);
    row("EDM in the time of a VP-SDE", {"edm_ablation", {{"time", "vp"s}, {"scaling", "vp"s}}}, 2);
    row("Heun in the time of flow", {"heun", {{"variable", "flow"s}}}, 2);
    row("DPM2 in the time of flow", {"dpm2", {{"variable", "flow"s}}}, 2);
    row("DPM-Solver++ 2S a without noise", {"dpmpp_2s_a", {{"eta", 0.0}}}, 2);
    row("DPM-Solver++ SDE without noise", {"dpmpp_sde", {{"eta", 0.0}}}, 2);
    row("SEEDS-2 without noise", {"seeds_2", {{"eta", 0.0}}}, 2);
    row("SEEDS-2, exponential Heun", {"seeds_2", {{"eta", 0.0}, {"r", 1.0}, {"solver_type", "phi_2"s}}}, 2);
    row("SEEDS-3 without noise", {"seeds_3", {{"eta", 0.0}}}, 3);
}

void ConvergenceOrderTest::errorFallsWithThePowerOfTheOrder()
{
    QFETCH(SamplerSpec, spec);
    QFETCH(double, order);
    const double coarse = error(spec, 80);
    const double fine = error(spec, 160);
    const double slope = std::log2(coarse / fine);
    std::printf("%-36s error %.2e at 80 steps, %.2e at 160: order %.2f\n", QTest::currentDataTag(), coarse,
                fine, slope);
    // From above the order may be exceeded (correctors do); from below it is reached but for the next term.
    QVERIFY2(slope > order - 0.2, qPrintable(QString("order %1, expected %2").arg(slope).arg(order)));
    QVERIFY2(slope < order + 1.2, qPrintable(QString("order %1, expected %2").arg(slope).arg(order)));
}

void ConvergenceOrderTest::adaptiveSolversKeepTheirTolerance_data()
{
    QTest::addColumn<SamplerSpec>("spec");
    QTest::addColumn<double>("largest");
    const auto row = [](const char* name, SamplerSpec spec, double largest) {
        QTest::newRow(name) << spec << largest;
    };
    row("RK45 default", {"rk45", {}}, 1e-4);
    row("RK45 tighter", {"rk45", {{"rtol", 1e-7}, {"atol", 1e-7}}}, 1e-6);
    row("DPM-Solver-12", {"dpm_adaptive", {{"pair", "12"s}}}, 2e-2);
    row("DPM-Solver-23", {"dpm_adaptive", {}}, 5e-3);
    row("DPM-Solver-23 tighter", {"dpm_adaptive", {{"rtol", 1e-4}, {"atol", 1e-5}}}, 1e-4);
}

void ConvergenceOrderTest::adaptiveSolversKeepTheirTolerance()
{
    QFETCH(SamplerSpec, spec);
    QFETCH(double, largest);
    const double found = error(spec, 4);
    std::printf("%-36s error %.2e\n", QTest::currentDataTag(), found);
    QVERIFY2(found <= largest, qPrintable(QString("error %1, at most %2").arg(found).arg(largest)));
}

QTEST_GUILESS_MAIN(ConvergenceOrderTest)
#include "convergence_order_test.moc"
