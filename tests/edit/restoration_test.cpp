// SPDX-License-Identifier: GPL-3.0-or-later
// The methods of restoration against the exact posterior, and against what they promise.
#include "core/edit/methods.h"
#include "core/run/model_run_factory.h"
#include "tests/core/refusal.h"

#include <ATen/ATen.h>
#include <torch/types.h>

#include <QTest>

#include <cmath>

using namespace diffuscope;

namespace {

/// A Gaussian with standard deviation 1, of which x was measured as 1 with noise 0.5: x is then N(0.8, 0.2),
/// y is N(0, 1) as before.
recipe::Recipe measuredGaussian(const std::string& method, int steps, int count)
{
    recipe::Recipe recipe;
    recipe.model = "exact:gaussian:sd=1,dim=2";
    recipe.condition = recipe::Condition::none();
    recipe.clipping = {.rule = "none", .options = {}};
    recipe.grid = {"trailing", {}};
    recipe.sampler = {"ddpm", {}};
    recipe.steps = steps;
    recipe.batch = count;
    recipe.measurement = {
        .kind = "line", .method = method, .options = {{"angle", 0.0}, {"value", 1.0}, {"noise", 0.5}}};
    return recipe;
}

/// [N, D] of the result.
torch::Tensor sampled(const recipe::Recipe& recipe, int firstImage = 0)
{
    run::RunLimits limits;
    limits.precision = "float64";
    limits.threads = 1;
    run::ModelRunFactory factory({}, limits);
    const auto run = factory.startPart(recipe, firstImage);
    while (run->advance({})) {
    }
    const auto state = run->state();
    return torch::tensor(torch::ArrayRef<double>(state), torch::kDouble).view({recipe.batch, -1});
}

double meanOf(const torch::Tensor& values)
{
    return values.mean().item<double>();
}

double varianceOf(const torch::Tensor& values)
{
    return values.var().item<double>();
}

}  // namespace

class RestorationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Its assumption, a normal x0 of variance sigma²/(alpha² + sigma²) given x_t, is true of this Gaussian.
    void pigdmDrawsFromTheExactPosterior()
    {
        const auto samples = sampled(measuredGaussian("pigdm", 400, 20000));
        const auto x = samples.select(1, 0), y = samples.select(1, 1);
        const double error = 3 / std::sqrt(20000.0);
        QVERIFY2(std::abs(meanOf(x) - 0.8) < error + 0.005, qPrintable(QString::number(meanOf(x))));
        QVERIFY2(std::abs(varianceOf(x) - 0.2) < 0.02, qPrintable(QString::number(varianceOf(x))));
        QVERIFY(std::abs(meanOf(y)) < error);
        QVERIFY2(std::abs(varianceOf(y) - 1) < 3 * error, qPrintable(QString::number(varianceOf(y))));
    }

    /// And comes nearer as steps are added.
    void pigdmConvergesWithTheSteps()
    {
        double before = INFINITY;
        for (const int steps : {10, 40, 160}) {
            const auto x = sampled(measuredGaussian("pigdm", steps, 20000)).select(1, 0);
            const double error = std::abs(varianceOf(x) - 0.2);
            QVERIFY2(error < before,
                     qPrintable(QString("%1 steps: %2 after %3").arg(steps).arg(error).arg(before)));
            before = error;
        }
    }

    /// Where the measurement has no noise, the methods that promise it give back what was measured.
    void whatIsKnownIsKept_data()
    {
        QTest::addColumn<QByteArray>("method");
        for (const char* method : {"replacement", "repaint", "ddnm", "ddrm"})
            QTest::newRow(method) << QByteArray(method);
    }

    void whatIsKnownIsKept()
    {
        QFETCH(QByteArray, method);
        recipe::Recipe recipe = measuredGaussian(method.toStdString(), 30, 200);
        recipe.measurement.options.erase("noise");
        const auto samples = sampled(recipe);
        QVERIFY((samples.select(1, 0) - 1).abs().max().item<double>() < 1e-6);
        // The other coordinate does not know of it: it is the data's still.
        QVERIFY(std::abs(varianceOf(samples.select(1, 1)) - 1) < 0.35);
    }

    /// Of a measurement with little noise. Without it the distance is 1.17 in the mean.
    void everyMethodComesNearerToWhatWasMeasured_data() { imagesAreIndependent_data(); }

    void everyMethodComesNearerToWhatWasMeasured()
    {
        QFETCH(QByteArray, method);
        recipe::Recipe recipe = measuredGaussian(method.toStdString(), 50, 2000);
        recipe.measurement.options["noise"] = 0.1;
        if (method == "dps")  // its way downhill has the same length however near it is: 1 suits pictures
            recipe.measurement.options["scale"] = 0.1;
        const double distance = meanOf((sampled(recipe).select(1, 0) - 1).abs());
        QVERIFY2(distance < 0.3, qPrintable(QString::number(distance)));
    }

    /// RePaint makes each of its steps `resample` times, but for the last, behind which no noise is left.
    void repaintGoesBack()
    {
        recipe::Recipe recipe = measuredGaussian("repaint", 10, 2);
        recipe.measurement.options.insert({{"jump", 3.0}, {"resample", 4.0}});
        run::ModelRunFactory factory({});
        const auto run = factory.start(recipe);
        std::vector<int> evaluations;
        while (const auto frame = run->advance({}))
            evaluations.push_back(frame->evaluations);
        QCOMPARE(evaluations, (std::vector<int>{1, 1, 10, 1, 1, 10, 1, 1, 10, 1, 0}));
    }

    /// Image k of a batch depends on the recipe, the seed and k alone.
    void imagesAreIndependent_data()
    {
        QTest::addColumn<QByteArray>("method");
        for (const auto& method : edit::methods())
            QTest::newRow(method.id.c_str()) << QByteArray::fromStdString(method.id);
    }

    void imagesAreIndependent()
    {
        QFETCH(QByteArray, method);
        recipe::Recipe recipe = measuredGaussian(method.toStdString(), 8, 6);
        const auto all = sampled(recipe);
        recipe.batch = 2;
        const auto some = sampled(recipe, 3);
        QVERIFY((some - all.slice(0, 3, 5)).abs().max().item<double>() < 1e-9);
    }

    /// Nothing measured, nothing changed: to the bit.
    void withoutAMeasurementNothingChanges()
    {
        recipe::Recipe recipe = measuredGaussian("", 10, 5);
        recipe.measurement = {};
        const auto plain = sampled(recipe);
        recipe.measurement = {.kind = "none", .method = "dps"};
        QVERIFY(sampled(recipe).equal(plain));
    }

    void whatDoesNotGoTogetherIsRefused()
    {
        recipe::Recipe recipe = measuredGaussian("repaint", 10, 2);
        recipe.sampler = {"dpmpp_2m", {}};
        REFUSES(sampled(recipe), "remembers steps");
        recipe = measuredGaussian("magic", 10, 2);
        REFUSES(sampled(recipe), "no method \"magic\"");
        recipe = measuredGaussian("dps", 10, 2);
        recipe.measurement.options["jump"] = 3.0;
        REFUSES(sampled(recipe), "jump");
        recipe = measuredGaussian("dps", 10, 2);
        recipe.measurement.kind = "blur";
        REFUSES(sampled(recipe), "points");
    }
};

QTEST_GUILESS_MAIN(RestorationTest)
#include "restoration_test.moc"
