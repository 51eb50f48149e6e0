// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/denoise/finite.h"
#include "core/denoise/network_denoiser.h"
#include "core/denoise/target_adapter.h"
#include "core/schedule/schedule_registry.h"
#include "tests/support/fake_denoiser.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace diffuscope;
using namespace diffuscope::denoise;
using namespace diffuscope::recipe;
using diffuscope::test::largestDifference;

namespace {

/// What a network was asked last.
struct Asked
{
    Tensor x{};
    Tensor t{};
    Tensor ids{};
};

TrainedNetwork network(Asked& asked, PredictionTarget target = PredictionTarget::eps)
{
    return {.name = "digits",
            .forward =
                [&asked](const Tensor& x, const Tensor& t, const Tensor& ids) {
                    asked = {x, t, ids};
                    return 0.5 * x;
                },
            .target = target,
            .schedule = schedule::makeSchedule({}),
            .classes = 10};
}

const Tensor state = torch::linspace(-2, 2, 12, torch::kDouble).view({3, 4});

}  // namespace

class NetworkDenoiserTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void itsOwnScheduleIsToldTheTimeAsItIs()
    {
        Asked asked;
        NetworkDenoiser denoiser(network(asked));
        const schedule::NoiseLevel level = schedule::makeSchedule({}).levelAt(417.25);
        const Prediction p = denoiser.predict(state, level, Condition::classLabel(3));
        QVERIFY(largestDifference(asked.t, torch::full({3}, 417.25)) == 0);
        QVERIFY(largestDifference(asked.x, state) < 1e-6);
        QVERIFY(largestDifference(p.epsHat, 0.5 * state) < 1e-6);
        QVERIFY(largestDifference(p.x0Hat, (state - level.sigma * 0.5 * state) / level.alpha) < 1e-5);
        QVERIFY(p.x0Hat.scalar_type() == torch::kDouble);
    }

    void roundedTimesAreToldAsTheyAreOnTheOwnScheduleAlone()
    {
        const schedule::NoiseSchedule own = schedule::makeSchedule({});
        schedule::NoiseLevel rounded = own.levelAt(417.3);
        rounded.t = 417;  // as other programs do between training levels
        Asked asked;
        TrainedNetwork told = network(asked);
        told.isSampledOnOwnSchedule = true;
        NetworkDenoiser(told).predict(state, rounded, Condition::none());
        QCOMPARE(asked.t[0].item<double>(), 417.0);
        NetworkDenoiser(network(asked)).predict(state, rounded, Condition::none());
        QVERIFY(std::abs(asked.t[0].item<double>() - 417.3) < 1e-3);
    }

    void anotherScheduleIsToldTheTimeOfTheSameNoise()
    {
        Asked asked;
        NetworkDenoiser denoiser(network(asked));
        const schedule::NoiseSchedule linear = schedule::makeSchedule({});
        const schedule::NoiseLevel cosine =
            schedule::makeSchedule({.family = "cosine", .options = {}}).level(400);
        denoiser.predict(state, cosine, Condition::none());
        const double told = asked.t[0].item<double>();
        QVERIFY(std::abs(told - 400) > 10);
        QVERIFY(std::abs(linear.levelAt(told).logSnr() - cosine.logSnr()) < 1e-4);
    }

    void aStateOfRectifiedFlowIsBroughtToTheTrainingScale()
    {
        Asked asked;
        NetworkDenoiser denoiser(network(asked));
        const schedule::NoiseLevel flow{500, 0.4, 0.6};
        const Prediction p = denoiser.predict(state, flow, Condition::none());
        const double norm = std::sqrt(0.16 + 0.36);
        QVERIFY(largestDifference(asked.x, state / norm) < 1e-6);
        // Both scales hold the same image and the same noise.
        QVERIFY(largestDifference(flow.alpha * p.x0Hat + flow.sigma * p.epsHat, state) < 1e-5);
        QVERIFY(largestDifference(p.epsHat, 0.5 * state / norm) < 1e-6);
    }

    void anEdmNetworkSeesItsOwnInputs()
    {
        Asked asked;
        NetworkDenoiser denoiser(network(asked, PredictionTarget::edm));
        const schedule::NoiseLevel level = schedule::makeSchedule({}).level(500);
        const double s = level.noiseToSignal();
        const Prediction p = denoiser.predict(state, level, Condition::none());
        QVERIFY(std::abs(asked.t[0].item<double>() - std::log(s) / 4) < 1e-6);
        const Tensor input = state / level.alpha / std::sqrt(s * s + 0.25);
        QVERIFY(largestDifference(asked.x, input) < 1e-5);
        const Tensor x0 =
            0.25 / (s * s + 0.25) * state / level.alpha + s * 0.5 / std::sqrt(s * s + 0.25) * 0.5 * input;
        QVERIFY(largestDifference(p.x0Hat, x0) < 1e-5);
    }

    void classesAndNoneAreIds()
    {
        Asked asked;
        NetworkDenoiser denoiser(network(asked));
        const schedule::NoiseLevel level = schedule::makeSchedule({}).level(10);
        denoiser.predict(state, level, Condition{{9, -1, 0}});
        QVERIFY(torch::equal(asked.ids, torch::tensor({9, 10, 0}, torch::kLong)));
        denoiser.predict(state, level, Condition::none());
        QVERIFY(torch::equal(asked.ids, torch::tensor({10, 10, 10}, torch::kLong)));
        QVERIFY_EXCEPTION_THROWN(denoiser.predict(state, level, Condition::classLabel(10)), Error);
    }

    void numbersThatAreNotFiniteAreReportedWithTheModel()
    {
        Asked asked;
        TrainedNetwork broken = network(asked);
        broken.forward = [](const Tensor& x, const Tensor&, const Tensor&) {
            Tensor output = x.clone();
            output[1][2] = std::numeric_limits<float>::quiet_NaN();
            return output;
        };
        NetworkDenoiser denoiser(broken);
        try {
            denoiser.predict(state, schedule::makeSchedule({}).level(10), Condition::none());
            QFAIL("must throw");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::notFinite);
            QVERIFY(QString(error.what()).contains("digits"));
        }
    }

    void oneValueThatIsNoNumberIsFound_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<bool>("finite");
        using Float = std::numeric_limits<float>;
        QTest::newRow("NaN") << double(Float::quiet_NaN()) << false;
        QTest::newRow("−NaN") << -double(Float::quiet_NaN()) << false;
        QTest::newRow("∞") << double(Float::infinity()) << false;
        QTest::newRow("−∞") << -double(Float::infinity()) << false;
        QTest::newRow("largest") << double(Float::max()) << true;
        QTest::newRow("smallest") << double(Float::lowest()) << true;
        QTest::newRow("next to zero") << double(Float::denorm_min()) << true;
    }

    void oneValueThatIsNoNumberIsFound()
    {
        QFETCH(double, value);
        QFETCH(bool, finite);
        for (const auto type : {torch::kFloat, torch::kDouble, torch::kBFloat16})
            for (const int place : {0, 17, 40}) {
                // Sums of the largest values overflow, values do not.
                torch::Tensor values = torch::full({41}, finite && type == torch::kFloat ? value : 1.0, type);
                QVERIFY(denoise::isFinite(values));
                const bool fits = finite && type == torch::kBFloat16;  // it may round the largest to infinity
                values[place] = fits ? 1.0 : value;
                QCOMPARE(denoise::isFinite(values), finite);
                QCOMPARE(denoise::isFinite(values.view({41, 1}).expand({41, 3})), finite);
            }
    }
};

QTEST_GUILESS_MAIN(NetworkDenoiserTest)
#include "network_denoiser_test.moc"
