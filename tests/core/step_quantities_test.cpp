// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/step_quantities.h"

#include <QTest>

#include <cmath>

using namespace diffuscope::record;
using diffuscope::schedule::NoiseLevel;

namespace {

constexpr BatchShape smallShape{3, 1, 1, 2};

CompactValues values(const std::vector<float>& numbers)
{
    return CompactValues(numbers, Precision::full);
}

/// A guided step of three images of two pixels at alpha = 0.8, sigma = 0.6.
Frame guidedFrame()
{
    Frame frame;
    frame.index = 1;
    frame.level = {500, 0.8, 0.6};
    frame.next = {250, 0.9, std::sqrt(1 - 0.81)};
    frame.shape = smallShape;
    frame.xt = values({1, 2, 3, 4, 5, 6});
    frame.x0Hat = values({0.5f, 1, 1.5f, 2, 2.5f, 3});
    frame.x0HatConditional = values({0.4f, 0.9f, 1.4f, 1.9f, 2.4f, 2.9f});
    frame.x0HatUnconditional = values({0.1f, 0.6f, 1.1f, 1.6f, 2.1f, 2.6f});
    frame.evaluations = 1;
    frame.networkMs = 12.5;
    frame.totalMs = 13.25;
    return frame;
}

double rms(const std::vector<double>& numbers)
{
    double sum = 0;
    for (const double number : numbers)
        sum += number * number;
    return std::sqrt(sum / double(numbers.size()));
}

bool near(std::optional<double> got, double expected)
{
    const bool same = got && std::abs(*got - expected) <= 1e-6 * std::max(1.0, std::abs(expected));
    if (!same)
        qWarning() << "got" << (got ? *got : std::nan("")) << "expected" << expected;
    return same;
}

}  // namespace

class TestStepQuantities : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void framesAreTheRootMeanSquareOfTheirDifferencesApart()
    {
        const Frame a = guidedFrame();
        Frame b = a;
        b.xt = values({1, 2, 3, 4, 8, 2});
        const std::vector<int> all{0, 1, 2};
        QVERIFY(near(rootMeanSquareApart(a, b, Layer::xt, all), rms({0, 0, 0, 0, 3, 4})));
        QVERIFY(near(rootMeanSquareApart(a, b, Layer::xt, std::vector<int>{2}), rms({3, 4})));
        QVERIFY(near(rootMeanSquareApart(a, b, Layer::x0Hat, all), 0));
        QVERIFY(!rootMeanSquareApart(a, b, Layer::xt, {}));
        QVERIFY(!rootMeanSquareApart(a, b, Layer::xt, std::vector<int>{3}));
        b.shape = BatchShape{3, 1, 2, 1};
        QVERIFY(!rootMeanSquareApart(a, b, Layer::xt, all));
    }

    void normsAreRootMeanSquaresOverTheImages()
    {
        const Frame frame = guidedFrame();
        Frame before = frame;
        before.x0Hat = values({0.25f, 0.5f, 1.5f, 2.5f, 2, 3});
        const StepQuantities got = stepQuantities(frame, &before, std::vector{0, 1, 2});

        QVERIFY(near(got.x0HatChange, rms({0.25, 0.5, 0, -0.5, 0.5, 0})));
        // eps = (x_t − 0.8·x0Hat)/0.6
        QVERIFY(near(got.epsHat, rms({1, 2, 3, 4, 5, 6})));
        // −0.8/0.6·(conditional − unconditional) = −0.4 everywhere
        QVERIFY(near(got.guidanceDifference, 0.4));
        QCOMPARE(got.networkMs, 12.5);
        QCOMPARE(got.totalMs, 13.25);
    }

    void onlyTheGivenImagesCount()
    {
        const StepQuantities got = stepQuantities(guidedFrame(), nullptr, std::vector{1});
        QVERIFY(near(got.epsHat, rms({3, 4})));
    }

    void theFirstStepHasNoChange()
    {
        QVERIFY(!stepQuantities(guidedFrame(), nullptr, std::vector{0}).x0HatChange);
    }

    void aFrameOfAnotherShapeIsNoPredecessor()
    {
        Frame other = guidedFrame();
        other.shape = {2, 1, 1, 3};
        QVERIFY(!stepQuantities(guidedFrame(), &other, std::vector{0}).x0HatChange);
    }

    void aStepWithoutGuidanceHasNoDifference()
    {
        Frame frame = guidedFrame();
        frame.x0HatConditional = {};
        frame.x0HatUnconditional = {};
        const StepQuantities got = stepQuantities(frame, nullptr, std::vector{0});
        QVERIFY(!got.guidanceDifference);
        QVERIFY(got.epsHat);
    }

    void aResultHasNoNorms()
    {
        const Frame before = guidedFrame();
        Frame result = before;
        result.level = result.next = {0, 1, 0};
        result.evaluations = 0;
        const StepQuantities got = stepQuantities(result, &before, std::vector{0, 1, 2});
        QVERIFY(!got.x0HatChange);
        QVERIFY(!got.epsHat);
        QVERIFY(!got.guidanceDifference);
    }

    void noImagesGiveNoNorms() { QVERIFY(!stepQuantities(guidedFrame(), nullptr, {}).epsHat); }

    void thePickedImageIsTakenAlone() { QCOMPARE(figureImages({64, 1, 28, 28}, 7), std::vector<int>{7}); }

    void aSmallBatchIsTakenWhole()
    {
        QCOMPARE(figureImages({4, 1, 28, 28}, -1), (std::vector<int>{0, 1, 2, 3}));
        QCOMPARE(figureImages({4, 1, 28, 28}, 4), (std::vector<int>{0, 1, 2, 3}));
    }

    void aLargeBatchIsSampledEvenlyWithinTheBound()
    {
        const std::vector<int> images = figureImages({64, 1, 28, 28}, -1, 16384);
        QCOMPARE(images.size(), std::size_t(16384 / 784));
        QCOMPARE(images.front(), 0);
        for (std::size_t i = 1; i < images.size(); ++i) {
            QVERIFY(images[i] - images[i - 1] >= 3);
            QVERIFY(images[i] - images[i - 1] <= 4);
        }
    }

    void oneImageIsTakenHoweverLargeItIs()
    {
        QCOMPARE(figureImages({8, 3, 512, 512}, -1, 16384), std::vector<int>{0});
        QVERIFY(figureImages({}, -1).empty());
    }

    void halfPrecisionIsReadAsWell()
    {
        Frame frame = guidedFrame();
        frame.xt = CompactValues(std::vector<float>{1, 2, 3, 4, 5, 6}, Precision::half);
        frame.x0Hat = CompactValues(std::vector<float>{0.5f, 1, 1.5f, 2, 2.5f, 3}, Precision::half);
        QVERIFY(near(stepQuantities(frame, nullptr, std::vector{0, 1, 2}).epsHat, rms({1, 2, 3, 4, 5, 6})));
    }
};

QTEST_GUILESS_MAIN(TestStepQuantities)
#include "step_quantities_test.moc"
