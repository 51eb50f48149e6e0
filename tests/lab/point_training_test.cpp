// SPDX-License-Identifier: GPL-3.0-or-later
// The small network and its training: gradients, determinism, undo, divergence, and what is learned.
#include "core/model/exact/data_sets.h"
#include "core/model/mlp/mlp_kernels.h"
#include "core/schedule/schedule_registry.h"
#include "core/train/points/rectified_flow.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using namespace diffuscope::train;

namespace {

PointTrainingOptions small(std::int64_t steps)
{
    PointTrainingOptions options;
    options.net.width = 32;
    options.net.depth = 2;
    options.steps = steps;
    options.batch = 256;
    options.trainPoints = 2000;
    options.testPoints = 500;
    return options;
}

double trained(PointTrainer& trainer, int steps)
{
    double loss = 0;
    for (int i = 0; i < steps; ++i)
        loss = trainer.advance().loss;
    return loss;
}

/// What a perfect network says of one number x = alpha·x0 + sigma·eps, or what it is to learn.
double outputOf(const std::string& target, double x0, double eps, const schedule::NoiseLevel& level)
{
    if (target == "eps")
        return eps;
    if (target == "x0")
        return x0;
    return target == "v" ? level.alpha * eps - level.sigma * x0 : eps - x0;
}

/// The loss of the exact answer: what no training can go below.
double leastLoss(const model::ExactField& exact, const std::string& target,
                 const schedule::NoiseSchedule& schedule)
{
    const std::size_t count = 4000;
    const model::PointSet points = model::drawPoints(exact.mixture(), count, 77);
    const std::vector<double> noises = flowNoises(count, 2, 78);
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) {
        const schedule::NoiseLevel level = schedule.level(int(k) % schedule.levels());
        std::vector<double> x(2), clean(2), noise(2);
        for (std::size_t d = 0; d < 2; ++d)
            x[d] = level.alpha * points.values[2 * k + d] + level.sigma * noises[2 * k + d];
        exact.estimate(level, x, clean.data(), noise.data(), -1, 1);
        for (std::size_t d = 0; d < 2; ++d)
            sum += std::pow(outputOf(target, points.values[2 * k + d], noises[2 * k + d], level) -
                                outputOf(target, clean[d], noise[d], level),
                            2);
    }
    return sum / double(2 * count);
}

}  // namespace

class PointTrainingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void productsAreThoseOfTheDefinition();
    void activationsAndAnglesAreExact();
    void gradientIsTheDifferenceOfLosses_data();
    void gradientIsTheDifferenceOfLosses();
    void trainingDoesNotDependOnTheThreads();
    void everyTargetLearns_data();
    void everyTargetLearns();
    void scoreOfAGaussianIsLearned();
    void classesAreLearned();
    void stateIsAnUndo();
    void divergenceIsSaidAndTakenBack();
    void threePointsAndBadOptions();
    void reflowStraightensPaths();
    void configReadsBackIdentically();
};

void PointTrainingTest::productsAreThoseOfTheDefinition()
{
    const int rows = 8, depth = 5, columns = 32;
    std::vector<float> a(rows * depth), b(depth * columns), c(rows * columns, 1), d(rows * columns, 1);
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] = std::sin(float(i));
    for (std::size_t i = 0; i < b.size(); ++i)
        b[i] = std::cos(float(i));
    model::multiply({a.data(), depth, 1}, b.data(), c.data(), rows, depth, columns, false);
    model::multiply({a.data(), 1, rows}, b.data(), d.data(), rows, depth, columns, true);
    for (int i = 0; i < rows; ++i)
        for (int j = 0; j < columns; ++j) {
            double plain = 0, across = 1;
            for (int k = 0; k < depth; ++k) {
                plain += double(a[std::size_t(i * depth + k)]) * double(b[std::size_t(k * columns + j)]);
                across += double(a[std::size_t(k * rows + i)]) * double(b[std::size_t(k * columns + j)]);
            }
            QVERIFY(std::abs(double(c[std::size_t(i * columns + j)]) - plain) < 1e-5);
            QVERIFY(std::abs(double(d[std::size_t(i * columns + j)]) - across) < 1e-5);
        }
}

void PointTrainingTest::activationsAndAnglesAreExact()
{
    std::vector<float> z, out(4001), slope(4001), sines(4001), cosines(4001);
    for (int i = -2000; i <= 2000; ++i)
        z.push_back(float(i) * 0.0123f);
    model::silu(z.data(), out.data(), slope.data(), z.size());
    model::sinesAndCosines(z.data(), sines.data(), cosines.data(), z.size());
    for (std::size_t i = 0; i < z.size(); ++i) {
        const double x = double(z[i]), share = 1 / (1 + std::exp(-x));
        QVERIFY(std::abs(double(out[i]) - x * share) < 2e-6 * (1 + std::abs(x)));
        QVERIFY(std::abs(double(slope[i]) - share * (1 + x * (1 - share))) < 2e-6 * (1 + std::abs(x)));
        QVERIFY(std::abs(double(sines[i]) - std::sin(x)) < 1e-6);
        QVERIFY(std::abs(double(cosines[i]) - std::cos(x)) < 1e-6);
    }
}

void PointTrainingTest::gradientIsTheDifferenceOfLosses_data()
{
    QTest::addColumn<QString>("position");
    QTest::addColumn<QString>("time");
    QTest::addColumn<int>("classes");
    for (const char* position : {"raw", "sinusoidal"})
        for (const char* time : {"raw", "sinusoidal", "learned"})
            QTest::addRow("%s, %s", position, time)
                << QString(position) << QString(time) << (position[0] == 'r' ? 3 : 0);
}

/// Along a random direction in all weights, by central differences.
void PointTrainingTest::gradientIsTheDifferenceOfLosses()
{
    QFETCH(QString, position);
    QFETCH(QString, time);
    QFETCH(int, classes);
    const model::MlpConfig config{.dimensions = 2,
                                  .width = 16,
                                  .depth = 3,
                                  .position = model::mlpEmbedding(position.toStdString()),
                                  .time = model::mlpEmbedding(time.toStdString()),
                                  .classes = classes};
    model::Mlp net(config, 3);
    for (std::size_t i = 0; i < net.weights().size(); ++i)  // the output layer begins at 0
        net.weights()[i] += 0.05f * std::sin(float(7 * i));
    for (const auto& part : net.parts())
        for (int row = 0; row < part.rows; ++row)
            for (int column = part.usedColumns; column < part.columns; ++column)
                net.weights()[part.offset + std::size_t(row * part.columns + column)] = 0;
    const int rows = 7;
    std::vector<float> points, times;
    std::vector<int> labels;
    for (int k = 0; k < rows; ++k) {
        points.insert(points.end(), {0.3f * float(k) - 1, 0.7f - 0.2f * float(k)});
        times.push_back(float(140 * k));
        labels.push_back(classes > 0 ? k % (classes + 1) - 1 : -1);
    }
    const auto loss = [&](const model::Mlp& of) {
        double sum = 0;
        const auto output = of.forward(points, times, labels);
        for (std::size_t i = 0; i < output.size(); ++i)
            sum += std::pow(double(output[i]) - 0.1 * double(i), 2);
        return sum;
    };
    model::MlpPass pass(config, rows);
    pass.forward(net, points.data(), times.data(), labels.data(), rows, true);
    std::vector<float> outputGradient(std::size_t(pass.mostRows() * model::MlpPass::outputStride), 0),
        gradient(net.weights().size(), 0);
    for (int k = 0; k < rows; ++k)
        for (int d = 0; d < 2; ++d) {
            const int at = k * model::MlpPass::outputStride + d;
            outputGradient[std::size_t(at)] = 2 * (pass.output()[at] - 0.1f * float(2 * k + d));
        }
    pass.backward(net, outputGradient.data(), gradient.data());
    for (const auto& part : net.parts()) {
        model::Mlp up = net, down = net;
        double expected = 0;
        const float h = 2e-3f;
        for (int row = 0; row < part.rows; ++row)
            for (int column = 0; column < part.usedColumns; ++column) {
                const std::size_t i = part.offset + std::size_t(row * part.columns + column);
                const float direction = std::cos(float(3 * i + 1));
                up.weights()[i] += h * direction;
                down.weights()[i] -= h * direction;
                expected += double(gradient[i]) * double(direction);
            }
        const double found = (loss(up) - loss(down)) / (2 * double(h));
        QVERIFY2(std::abs(found - expected) < 0.01 * (1 + std::abs(expected)),
                 qPrintable(QString("%1: %2, expected %3").arg(part.name.c_str()).arg(expected).arg(found)));
    }
}

void PointTrainingTest::trainingDoesNotDependOnTheThreads()
{
    const auto data = model::exactData("exact:moons");
    PointTrainer one(data, small(20), 1), two(data, small(20), 2);
    trained(one, 20);
    trained(two, 20);
    QCOMPARE(one.state().weights, two.state().weights);
    QCOMPARE(one.testLoss(), two.testLoss());
}

void PointTrainingTest::everyTargetLearns_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("family");
    QTest::newRow("eps") << "eps"
                         << "linear";
    QTest::newRow("x0") << "x0"
                        << "linear";
    QTest::newRow("v") << "v"
                       << "cosine";
    QTest::newRow("flow") << "flow"
                          << "rectified_flow";
}

void PointTrainingTest::everyTargetLearns()
{
    QFETCH(QString, target);
    QFETCH(QString, family);
    PointTrainingOptions options = small(300);
    options.target = target.toStdString();
    options.schedule = {family.toStdString(), {}};
    const model::ExactField exact(model::exactData("exact:eight_gaussians"));
    PointTrainer trainer(exact.mixture(), options);
    const double before = trainer.testLoss();
    trained(trainer, 300);
    // At least half of what can be learned at all.
    const double least = leastLoss(exact, options.target, trainer.field().schedule());
    QVERIFY2(trainer.testLoss() - least < 0.5 * (before - least),
             qPrintable(QString("%1 after %2, at best %3").arg(trainer.testLoss()).arg(before).arg(least)));
    // Every target gives x0 and eps that make up the state.
    const model::LearnedField field = trainer.field();
    const std::vector<double> points{0.4, -1.1};
    std::vector<double> clean(2), noise(2);
    const schedule::NoiseLevel level = field.schedule().level(300);
    field.estimate(level, points, clean.data(), noise.data(), -1, 1);
    for (std::size_t d = 0; d < 2; ++d)
        QVERIFY(std::abs(level.alpha * clean[d] + level.sigma * noise[d] - points[d]) < 1e-12);
    for (const double loss : trainer.lossByTime())
        QVERIFY(std::isfinite(loss));
}

void PointTrainingTest::scoreOfAGaussianIsLearned()
{
    const model::ExactField exact(model::exactData("exact:gaussian:sd=0.5"));
    PointTrainingOptions options = small(1500);
    PointTrainer trainer(exact.mixture(), options);
    trained(trainer, 1500);
    const auto error = model::fieldError(trainer.field(), exact, trainer.field().schedule().level(400));
    QVERIFY2(error.relative < 0.12, qPrintable(QString::number(error.relative)));
}

void PointTrainingTest::classesAreLearned()
{
    PointTrainingOptions options = small(600);
    options.usesClasses = true;
    PointTrainer trainer(model::exactData("exact:pair:mean=1,sd=0.2"), options);
    trained(trainer, 600);
    const model::LearnedField field = trainer.field();
    QCOMPARE(field.classes(), 2);
    std::vector<double> left(1), right(1), any(1);
    const std::vector<double> middle{0.0};
    const schedule::NoiseLevel level = field.schedule().level(500);
    field.estimate(level, middle, left.data(), nullptr, 0, 1);
    field.estimate(level, middle, right.data(), nullptr, 1, 1);
    field.estimate(level, middle, any.data(), nullptr, -1, 1);
    QVERIFY(left[0] < -0.7 && right[0] > 0.7 && std::abs(any[0]) < 0.4);
    QVERIFY(test::refusalOf([&] {
                field.estimate(level, middle, left.data(), nullptr, 2, 1);
            }).contains("no class 2"));
}

void PointTrainingTest::stateIsAnUndo()
{
    PointTrainer trainer(model::exactData("exact:moons"), small(60));
    trained(trainer, 30);
    const PointTrainingState there = trainer.state();
    const double next = trained(trainer, 5);
    trainer.restore(there);
    QCOMPARE(trainer.step(), std::int64_t(30));
    QCOMPARE(trained(trainer, 5), next);
    PointTrainingOptions other = small(60);
    other.net.width = 16;
    PointTrainer narrow(model::exactData("exact:moons"), other);
    QVERIFY(test::refusalOf([&] { narrow.restore(there); }).contains("another network"));
}

void PointTrainingTest::divergenceIsSaidAndTakenBack()
{
    PointTrainer trainer(model::exactData("exact:moons"), small(1000));
    trained(trainer, 60);
    const double before = trainer.testLoss();
    trainer.setLearningRate(1000);
    QString said;
    for (int i = 0; i < 500 && said.isEmpty(); ++i)
        said = test::refusalOf([&] { trainer.advance(); });
    QVERIFY2(said.contains("diverged in step") && said.contains("learning rate"), qPrintable(said));
    QVERIFY(trainer.step() <= 60);
    QVERIFY(std::abs(trainer.testLoss() - before) < 0.5 * before);
    trainer.setLearningRate(1e-3);
    QVERIFY(std::isfinite(trained(trainer, 20)));
}

void PointTrainingTest::threePointsAndBadOptions()
{
    TrainingPoints three;
    three.points.add({0, 1});
    three.points.add({1, 0});
    three.points.add({-1, -1});
    PointTrainer trainer(three, small(50));
    QVERIFY(std::isfinite(trained(trainer, 50)));
    const auto said = [&](const TrainingPoints& points, const PointTrainingOptions& options) {
        return test::refusalOf([&] { PointTrainer refused(points, options); });
    };
    QVERIFY(said({}, small(1)).contains("no points to train on"));
    PointTrainingOptions options = small(1);
    options.learningRate = -1;
    QVERIFY(said(three, options).contains("learning rate"));
    options = small(1);
    options.net.width = 17;
    QVERIFY(said(three, options).contains("multiple of 16"));
    options = small(1);
    options.target = "flow";
    QVERIFY(said(three, options).contains("alpha + sigma = 1"));
    options = small(1);
    options.usesClasses = true;
    QVERIFY(said(three, options).contains("no classes"));
    options = small(1);
    options.batch = 0;
    QVERIFY(said(three, options).contains("batch"));
}

void PointTrainingTest::reflowStraightensPaths()
{
    PointTrainingOptions options = small(1200);
    options.target = "flow";
    options.schedule = {"rectified_flow", {}};
    options.net.width = 64;
    PointTrainer first(model::exactData("exact:eight_gaussians"), options);
    trained(first, 1200);
    const FlowQuality before = flowQuality(first.field(), 400);
    PointTrainer second(reflowPoints(first.field(), 4000, 5, 32), options);
    trained(second, 1200);
    const FlowQuality after = flowQuality(second.field(), 400);
    QVERIFY2(after.straightness < 0.5 * before.straightness,
             qPrintable(QString("%1 after %2").arg(after.straightness).arg(before.straightness)));
    QVERIFY(after.stepError[0] < 0.6 * before.stepError[0]);
    PointTrainer plain(model::exactData("exact:moons"), small(1));
    QVERIFY(test::refusalOf([&] { flowQuality(plain.field()); }).contains("velocity"));
}

void PointTrainingTest::configReadsBackIdentically()
{
    model::MlpConfig config;
    config.width = 64;
    config.time = model::MlpEmbedding::learned;
    config.classes = 3;
    QVERIFY(model::mlpConfigFromText(model::toText(config), "a file") == config);
    QVERIFY(test::refusalOf([] { model::mlpConfigFromText("{\"width\": 3}", "a file"); }).contains("a file"));
}

QTEST_GUILESS_MAIN(PointTrainingTest)
#include "point_training_test.moc"
