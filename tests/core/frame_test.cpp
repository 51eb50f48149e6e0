// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/record/frame.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace diffuscope;
using record::CompactValues;
using record::Frame;
using record::Layer;
using record::Precision;

namespace {

constexpr record::BatchShape shape{2, 1, 2, 3};
const schedule::NoiseLevel level{400, 0.8, 0.6};

/// Twelve values that differ from those of another phase.
std::vector<float> wave(double phase, double size)
{
    std::vector<float> values(shape.values());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = float(size * std::sin(phase + 0.7 * double(i)));
    return values;
}

const std::vector<float> xt = wave(0.1, 1.5);
const std::vector<float> conditional = wave(1.1, 0.9);
const std::vector<float> unconditional = wave(2.1, 0.8);

std::vector<float> guided(double scale)
{
    std::vector<float> values(shape.values());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = float(unconditional[i] + scale * (conditional[i] - unconditional[i]));
    return values;
}

/// A guided frame of which the conditional estimate is not stored.
Frame guidedFrame(Precision precision, double scale, double limit)
{
    Frame frame;
    frame.level = level;
    frame.next = {300, 0.9, std::sqrt(1 - 0.81)};
    frame.shape = shape;
    frame.xt = {xt, precision};
    frame.x0Hat = {guided(scale), precision};
    frame.x0HatUnconditional = {unconditional, precision};
    frame.guidanceScale = scale;
    frame.x0Limit = limit;
    frame.evaluations = 1;
    return frame;
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    double largest = a.size() == b.size() ? 0 : HUGE_VAL;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        largest = std::max(largest, std::abs(double(a[i]) - double(b[i])));
    return largest;
}

/// (x_t − alpha·x0)/sigma, value by value.
std::vector<float> noiseBeside(const std::vector<float>& x0)
{
    std::vector<float> eps(x0.size());
    for (std::size_t i = 0; i < eps.size(); ++i)
        eps[i] = float((xt[i] - level.alpha * x0[i]) / level.sigma);
    return eps;
}

}  // namespace

class FrameTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void derivesEveryLayerOfAGuidedStep_data()
    {
        QTest::addColumn<bool>("half");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("full") << false << 2e-6;
        QTest::newRow("half") << true << 8e-3;
    }

    void derivesEveryLayerOfAGuidedStep()
    {
        QFETCH(bool, half);
        QFETCH(double, tolerance);
        const double scale = 3;
        const double limit = 1;
        const Frame frame = guidedFrame(half ? Precision::half : Precision::full, scale, limit);
        std::vector<float> cut = guided(scale);
        for (float& value : cut)
            value = std::min(1.0f, std::max(-1.0f, value));
        QVERIFY(largestDifference(cut, guided(scale)) > 0.1);
        std::vector<float> difference = noiseBeside(conditional);
        for (std::size_t i = 0; i < difference.size(); ++i)
            difference[i] -= noiseBeside(unconditional)[i];
        QVERIFY(largestDifference(frame.layer(Layer::xt).values, xt) < tolerance);
        QVERIFY(largestDifference(frame.layer(Layer::x0Hat).values, cut) < tolerance);
        QVERIFY(largestDifference(frame.layer(Layer::epsHat).values, noiseBeside(cut)) < tolerance);
        QVERIFY(largestDifference(frame.layer(Layer::epsConditional).values, noiseBeside(conditional)) <
                tolerance);
        QVERIFY(largestDifference(frame.layer(Layer::epsUnconditional).values, noiseBeside(unconditional)) <
                tolerance);
        QVERIFY(largestDifference(frame.layer(Layer::guidanceDifference).values, difference) < tolerance);
    }

    void aStoredConditionalEstimateIsUsedAsItIs()
    {
        Frame frame = guidedFrame(Precision::full, 0, HUGE_VAL);
        QVERIFY(!frame.has(Layer::epsConditional));
        frame.x0HatConditional = {conditional, Precision::full};
        QVERIFY(frame.has(Layer::guidanceDifference));
        QVERIFY(largestDifference(frame.layer(Layer::epsConditional).values, noiseBeside(conditional)) <
                1e-6);
    }

    void oneImageIsThePartOfTheBatch()
    {
        const Frame frame = guidedFrame(Precision::full, 2, 1);
        for (const Layer layer : {Layer::xt, Layer::x0Hat, Layer::epsHat, Layer::epsConditional,
                                  Layer::epsUnconditional, Layer::guidanceDifference}) {
            const auto all = frame.layer(layer);
            for (int k = 0; k < shape.batch; ++k) {
                const auto image = all.image(k);
                QCOMPARE(frame.layer(layer, k), std::vector<float>(image.begin(), image.end()));
            }
        }
    }

    void anUnguidedStepHasNoGuidanceLayers()
    {
        Frame frame = guidedFrame(Precision::full, 0, HUGE_VAL);
        frame.x0HatUnconditional = {};
        QVERIFY(frame.has(Layer::epsHat));
        QVERIFY(!frame.has(Layer::guidanceDifference));
        try {
            frame.layer(Layer::epsUnconditional);
            QFAIL("must throw");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::invalidOption);
        }
    }

    void aStoredNoiseEstimateWins()
    {
        Frame frame = guidedFrame(Precision::full, 2, 1);
        frame.epsHat = {wave(5, 1), Precision::full};
        QCOMPARE(frame.layer(Layer::epsHat).values, wave(5, 1));
    }

    void aPredictionOfAnotherStateKeepsItsOwnNoise()
    {
        // The state of the evaluation is not x_t but `elsewhere`, at a noisier level.
        const schedule::NoiseLevel noisier{500, 0.6, 0.8};
        const std::vector<float> elsewhere = wave(0.4, 1.4);
        const auto noiseElsewhere = [&](const std::vector<float>& x0) {
            std::vector<float> eps(x0.size());
            for (std::size_t i = 0; i < eps.size(); ++i)
                eps[i] = float((elsewhere[i] - noisier.alpha * x0[i]) / noisier.sigma);
            return eps;
        };
        Frame frame = guidedFrame(Precision::full, 2, HUGE_VAL);
        frame.predictedElsewhere = noisier;
        frame.epsHat = {noiseElsewhere(guided(2)), Precision::full};
        QVERIFY(largestDifference(frame.layer(Layer::epsConditional).values, noiseElsewhere(conditional)) <
                1e-5);
        QVERIFY(largestDifference(frame.layer(Layer::epsUnconditional).values,
                                  noiseElsewhere(unconditional)) < 1e-5);
    }

    void theCleanLevelHoldsNoNoise()
    {
        Frame frame = guidedFrame(Precision::full, 2, 1);
        frame.level = {0, 1, 0};
        QCOMPARE(frame.layer(Layer::epsHat).values, std::vector<float>(shape.values(), 0.0f));
        QCOMPARE(frame.layer(Layer::guidanceDifference).values, std::vector<float>(shape.values(), 0.0f));
    }

    void bytesAreThoseOfTheStoredValues()
    {
        QCOMPARE(guidedFrame(Precision::full, 2, 1).bytes(), 3 * shape.values() * 4);
        QCOMPARE(guidedFrame(Precision::half, 2, 1).bytes(), 3 * shape.values() * 2);
    }
};

QTEST_GUILESS_MAIN(FrameTest)
#include "frame_test.moc"
