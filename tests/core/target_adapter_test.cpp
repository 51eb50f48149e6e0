// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/denoise/target_adapter.h"
#include "tests/support/fake_denoiser.h"

#include <QTest>

using namespace diffuscope;
using namespace diffuscope::denoise;
using diffuscope::test::largestDifference;

Q_DECLARE_METATYPE(diffuscope::schedule::NoiseLevel)

class TargetAdapterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyTargetGivesBackImageAndNoise_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<schedule::NoiseLevel>("level");
        for (const PredictionTarget target : predictionTargets()) {
            QTest::addRow("%s, variance preserving", toString(target).c_str())
                << QString::fromStdString(toString(target)) << schedule::NoiseLevel{500, 0.8, 0.6};
            QTest::addRow("%s, rectified flow", toString(target).c_str())
                << QString::fromStdString(toString(target)) << schedule::NoiseLevel{500, 0.3, 0.7};
        }
    }

    void everyTargetGivesBackImageAndNoise()
    {
        QFETCH(QString, target);
        QFETCH(schedule::NoiseLevel, level);
        torch::manual_seed(1);
        const Tensor x0 = torch::randn({3, 5}, torch::kDouble);
        const Tensor eps = torch::randn({3, 5}, torch::kDouble);
        const Tensor x = level.alpha * x0 + level.sigma * eps;
        const PredictionTarget kind = predictionTarget(target.toStdString());
        const Prediction back = predictionFrom(kind, targetOutput(kind, x0, eps, level), x, level);
        QVERIFY(largestDifference(back.x0Hat, x0) < 1e-14);
        QVERIFY(largestDifference(back.epsHat, eps) < 1e-14);
    }

    void numbersOfOneLevelWorkedByHand()
    {
        // x = 0.8·0.5 + 0.6·(−1) = −0.2.
        const schedule::NoiseLevel level{0, 0.8, 0.6};
        const Tensor x0 = torch::full({1, 1}, 0.5, torch::kDouble);
        const Tensor eps = torch::full({1, 1}, -1.0, torch::kDouble);
        QCOMPARE(targetOutput(PredictionTarget::v, x0, eps, level).item<double>(), 0.8 * -1 - 0.6 * 0.5);
        QCOMPARE(targetOutput(PredictionTarget::flow, x0, eps, level).item<double>(), -1.5);
        // s = 0.75: c_skip = 0.25/0.8125, c_out = 0.75·0.5/sqrt(0.8125); x/alpha = −0.25.
        const double edm = (0.5 - 0.25 / 0.8125 * -0.25) / (0.375 / std::sqrt(0.8125));
        QVERIFY(std::abs(targetOutput(PredictionTarget::edm, x0, eps, level).item<double>() - edm) < 1e-14);
        QVERIFY(std::abs(inputScale(PredictionTarget::edm, level) - 1 / std::sqrt(0.8125) / 0.8) < 1e-14);
        QCOMPARE(inputScale(PredictionTarget::v, level), 1.0);
    }

    void noisePredictionWithoutSignalIsRefused()
    {
        const Tensor x = torch::zeros({1, 2});
        const schedule::NoiseLevel noSignal{999, 0, 1};
        QVERIFY_EXCEPTION_THROWN(predictionFrom(PredictionTarget::eps, x, x, noSignal), Error);
        // v says x0 = −v there.
        const Prediction v = predictionFrom(PredictionTarget::v, torch::full({1, 2}, 0.25), x, noSignal);
        QVERIFY(largestDifference(v.x0Hat, torch::full({1, 2}, -0.25)) == 0);
    }

    void theCleanLevelIsFinite()
    {
        const Tensor x = torch::full({1, 2}, 0.5);
        const Prediction clean = predictionFrom(PredictionTarget::x0, x, x, {0, 1, 0});
        QVERIFY(largestDifference(clean.epsHat, torch::zeros({1, 2})) == 0);
    }

    void anUnknownTargetIsRefusedWithTheNames()
    {
        try {
            predictionTarget("score");
            QFAIL("must throw");
        } catch (const Error& error) {
            QVERIFY(QString(error.what()).contains("eps, x0, v, flow, edm"));
        }
    }
};

QTEST_GUILESS_MAIN(TargetAdapterTest)
#include "target_adapter_test.moc"
