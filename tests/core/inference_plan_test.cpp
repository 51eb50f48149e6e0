// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint.h"
#include "core/model/precision.h"
#include "core/model/unet/parallel_forward.h"
#include "core/model/unet/plan_builder.h"
#include "tests/support/loaded_unet.h"

#include <QTest>

#include <limits>
#include <numeric>
#include <string>

using namespace diffuscope;

namespace {

struct Question
{
    torch::Tensor x, t, classIds;

    Question part(int64_t first, int64_t count) const
    {
        return {x.narrow(0, first, count), t.narrow(0, first, count), classIds.narrow(0, first, count)};
    }
};

/// Images of pure noise at times from 0 to 999, of all classes in turn and of none.
Question questionFor(const model::UNetConfig& config, int64_t batch)
{
    torch::manual_seed(batch);
    const auto index = torch::arange(batch, torch::kInt64);
    return {torch::randn({batch, config.imageChannels, config.imageHeight, config.imageWidth}),
            (index * 137).remainder(1000).to(torch::kFloat32), index.remainder(config.classes + 1)};
}

model::UNet randomNet(const model::UNetConfig& config)
{
    torch::manual_seed(5);
    model::UNet net(config);
    torch::NoGradGuard noGrad;
    for (auto& parameter : net->parameters())
        parameter.normal_(0.0, 0.1);
    return net;
}

model::UNetConfig smallConfig()
{
    model::UNetConfig config;
    config.imageHeight = 12;
    config.imageWidth = 20;
    config.baseChannels = 16;
    config.embeddingWidth = 32;
    config.blocksPerLevel = 1;
    config.classes = 3;
    return config;
}

double largestDifference(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a - b).abs().max().item<double>();
}

torch::Tensor throughModules(model::UNet& net, const Question& question)
{
    const torch::NoGradGuard noGrad;
    return net->forward(question.x, question.t, question.classIds);
}

torch::Tensor throughPlan(model::ParallelForward& forward, const Question& question)
{
    return forward.forward(question.x, question.t, question.classIds);
}

model::UNet shippedModel(const std::string& name)
{
    return test::loadedUNet(std::string(DIFFUSCOPE_SOURCE_DIR "/models/") + name);
}

/// Random images with their conditioning, and prompts where the network reads them, for a plan itself.
struct PlanQuestion
{
    PlanQuestion(const inference::InferencePlan& asked, const model::UNetConfig& config, int images)
        : plan(asked), question(questionFor(config, images))
    {
        const auto count = std::size_t(images);
        rows = conditionings.rows(plan.conditioning(), {question.t.data_ptr<float>(), count},
                                  {question.classIds.data_ptr<int64_t>(), count});
        for (int image = 0; config.hasText() && image < images; ++image) {
            const std::size_t tokens = 3 + 4 * std::size_t(image);
            const auto states = torch::randn({int64_t(tokens), config.text.width});
            const std::vector<float> bias(tokens, 0.0f);
            prompts.push_back(std::make_shared<const inference::PromptKeys>(plan.prompts().read(
                {{states.data_ptr<float>(), tokens * std::size_t(config.text.width)}, bias})));
        }
    }

    /// By so many threads together; rethrows what the first of them throws.
    torch::Tensor answer(int shares) const
    {
        torch::Tensor y = torch::empty_like(question.x);
        const inference::InferencePlan::Images images{.x = question.x.data_ptr<float>(),
                                                      .conditioningRows = rows.data(),
                                                      .prompts = prompts.data(),
                                                      .count = int(question.x.size(0)),
                                                      .y = y.data_ptr<float>()};
        std::vector<inference::InferencePlan::Workspace> workspaces;
        for (int thread = 0; thread < shares; ++thread)
            workspaces.emplace_back(plan);
        if (shares == 1) {
            plan.run(workspaces.front(), images);
            return y;
        }
        inference::Meeting meeting{std::uint32_t(shares)};
        inference::ThreadCrew(shares).run(std::size_t(shares), [&](std::size_t thread) {
            try {
                plan.run({int(thread), shares}, meeting, workspaces[thread], workspaces.front(), images);
            } catch (const inference::Deserted&) {
            }
        });
        return y;
    }

    const inference::InferencePlan& plan;
    Question question;
    inference::ConditioningCache conditionings;
    std::vector<const float*> rows;
    std::vector<std::shared_ptr<const inference::PromptKeys>> prompts;
};

bool hasKernels()
{
    return inference::floatKernels() != nullptr;
}

}  // namespace

class InferencePlanTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shippedModelsGiveTheModulesNumbers_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("batch");
        for (const char* model : {"mnist", "fashion-mnist"})
            for (const int batch : {1, 2, 7, 16, 33, 64})
                QTest::addRow("%s, %d images", model, batch) << model << batch;
    }
    void shippedModelsGiveTheModulesNumbers()
    {
        QFETCH(QString, model);
        QFETCH(int, batch);
        if (!hasKernels())
            QSKIP("no kernels for this processor");
        model::UNet net = shippedModel(model.toStdString());
        model::ParallelForward forward(net, 2);
        QVERIFY2(forward.plan(), forward.reasonForNoPlan().c_str());
        Question question = questionFor(net->config(), batch);
        QVERIFY(largestDifference(throughPlan(forward, question), throughModules(net, question)) <= 1e-4);
        question.classIds.fill_(net->nullClass());
        QVERIFY(largestDifference(throughPlan(forward, question), throughModules(net, question)) <= 1e-4);
    }

    void otherNetworksGiveTheModulesNumbers_data()
    {
        using Change = std::function<void(model::UNetConfig&)>;
        QTest::addColumn<Change>("change");
        const auto row = [](const char* name, const Change& change) { QTest::newRow(name) << change; };
        row("small", [](auto&) {});
        row("pixel by pixel", [](auto& config) { config.patch = 1; });
        row("colour", [](auto& config) { config.imageChannels = 3; });
        row("one level", [](auto& config) {
            config.multipliers = {2};
            config.attentionLevels = {};
        });
        row("odd sizes", [](auto& config) {
            config.imageHeight = 28;
            config.imageWidth = 20;
            config.multipliers = {1, 2, 3};
        });
        row("attention everywhere", [](auto& config) {
            config.attentionLevels = {0, 1};
            config.attentionHeads = 4;
        });
        row("more blocks", [](auto& config) { config.blocksPerLevel = 3; });
        row("64 channels", [](auto& config) { config.baseChannels = 64; });
        row("groups of one channel", [](auto& config) { config.normalizationGroups = 16; });
    }
    void otherNetworksGiveTheModulesNumbers()
    {
        QFETCH(std::function<void(model::UNetConfig&)>, change);
        if (!hasKernels())
            QSKIP("no kernels for this processor");
        auto config = smallConfig();
        change(config);
        auto net = randomNet(config);
        model::ParallelForward forward(net, 2);
        QVERIFY2(forward.plan(), forward.reasonForNoPlan().c_str());
        const Question question = questionFor(config, 5);
        const auto expected = throughModules(net, question);
        const double scale = std::max(1.0, expected.abs().max().item<double>());
        QVERIFY(largestDifference(throughPlan(forward, question), expected) <= 1e-4 * scale);
    }

    void everyGenerationOfProcessorsGivesTheModulesNumbers()
    {
        if (!hasKernels())
            QSKIP("no kernels for this processor");
        model::UNet net = shippedModel("mnist");
        const Question question = questionFor(net->config(), 5);
        const auto expected = throughModules(net, question);
        for (const auto* kernels : inference::supportedFloatKernels()) {
            const auto plan = model::makePlan(*net, *kernels).plan;
            inference::InferencePlan::Workspace workspace(*plan);
            inference::ConditioningCache conditionings;
            const auto rows = conditionings.rows(plan->conditioning(), {question.t.data_ptr<float>(), 5},
                                                 {question.classIds.data_ptr<int64_t>(), 5});
            torch::Tensor result = torch::empty_like(question.x);
            plan->run(workspace, {.x = question.x.data_ptr<float>(),
                                  .conditioningRows = rows.data(),
                                  .count = 5,
                                  .y = result.data_ptr<float>()});
            QVERIFY2(largestDifference(result, expected) <= 1e-4, kernels->name);
        }
    }

    void anImageIsTheSameToTheLastBitInEveryBatch_data()
    {
        QTest::addColumn<bool>("narrow");
        QTest::newRow("float32") << false;
        QTest::newRow("bfloat16") << true;
    }
    void anImageIsTheSameToTheLastBitInEveryBatch()
    {
        QFETCH(bool, narrow);
        const auto* kernels = narrow ? inference::bfloat16Kernels() : inference::floatKernels();
        if (!kernels)
            QSKIP("no kernels for this processor");
        model::UNet net = shippedModel("mnist");
        net->setConvolutionPrecision(narrow ? model::ConvolutionPrecision::BFloat16
                                            : model::ConvolutionPrecision::Float32);
        model::ParallelForward alone(net, 1), threads(net, 3);
        const Question question = questionFor(net->config(), 37);
        const auto together = throughPlan(threads, question);
        QVERIFY(throughPlan(alone, question).equal(together));
        for (const auto& [first, count] :
             std::vector<std::pair<int64_t, int64_t>>{{0, 1}, {36, 1}, {5, 2}, {11, 7}, {3, 16}}) {
            QVERIFY(
                throughPlan(threads, question.part(first, count)).equal(together.narrow(0, first, count)));
        }
    }

    void threadsThatShareAnImageGiveOneThreadsNumbersToTheLastBit_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("kernels");
        auto all = inference::supportedFloatKernels();
        all.push_back(inference::bfloat16Kernels());
        for (const char* model : {"mnist", "avatar"}) {
            for (int index = 0; index < int(all.size()); ++index)
                if (all[std::size_t(index)])
                    QTest::addRow("%s, %s", model, all[std::size_t(index)]->name) << model << index;
        }
        if (!inference::floatKernels())
            QSKIP("no kernels for this processor");
    }
    void threadsThatShareAnImageGiveOneThreadsNumbersToTheLastBit()
    {
        QFETCH(QString, model);
        QFETCH(int, kernels);
        auto all = inference::supportedFloatKernels();
        all.push_back(inference::bfloat16Kernels());
        model::UNet net = shippedModel(model.toStdString());
        const auto made = model::makePlan(*net, *all[std::size_t(kernels)]);
        QVERIFY2(made.plan, made.reason.c_str());
        for (const int images : {1, 3}) {
            const PlanQuestion question(*made.plan, net->config(), images);
            const auto alone = question.answer(1);
            QVERIFY(alone.isfinite().all().item<bool>() && alone.std().item<double>() > 0.01);
            for (const int shares : {2, 3, 4, 7})
                QVERIFY(question.answer(shares).equal(alone));
        }
    }

    void aThreadThatFailsLetsTheOthersGo()
    {
        if (!hasKernels())
            QSKIP("no kernels for this processor");
        model::UNet net = shippedModel("avatar");
        const auto made = model::makePlan(*net);
        PlanQuestion question(*made.plan, net->config(), 1);
        question.prompts.front() = nullptr;  // nobody can read it
        QVERIFY_EXCEPTION_THROWN(question.answer(3), std::invalid_argument);
    }

    void bfloat16StaysClose()
    {
        if (!inference::bfloat16Kernels())
            QSKIP("this processor does not multiply bfloat16");
        model::UNet net = shippedModel("mnist");
        const Question question = questionFor(net->config(), 16);
        const auto exact = throughModules(net, question);
        net->setConvolutionPrecision(model::ConvolutionPrecision::BFloat16);
        model::ParallelForward forward(net, 2);
        QVERIFY2(forward.plan(), forward.reasonForNoPlan().c_str());
        const auto error = throughPlan(forward, question) - exact;
        const double relative = (error.norm() / exact.norm()).item<double>();
        QVERIFY2(relative > 0 && relative < 0.03, std::to_string(relative).c_str());
    }

    void thePrecisionIsMeasuredOnTheNetworkItself()
    {
        if (!hasKernels())
            QSKIP("no kernels for this processor");
        model::UNet net = shippedModel("mnist");
        const auto choice = model::measuredPrecision("auto", net, torch::kCPU);
        QVERIFY2(choice.plan.plan, choice.plan.reason.c_str());
        const QString name = QString::fromStdString(model::precisionName(choice.precision));
        QVERIFY(QString::fromStdString(choice.plan.plan->description()).startsWith(name));
        const bool isMeasured = inference::bfloat16Kernels() != nullptr;
        QCOMPARE(QString::fromStdString(choice.reason).startsWith("measured here"), isMeasured);
        // The network itself is left in that precision.
        const auto again = model::makePlan(*net);
        QVERIFY(QString::fromStdString(again.plan->description()).startsWith(name));
        if (isMeasured) {
            const auto sum = [](const std::vector<double>& times) {
                return std::accumulate(times.begin(), times.end(), 0.0);
            };
            const auto wide = model::makePlan(*net, *inference::floatKernels());
            const auto narrow = model::makePlan(*net, *inference::bfloat16Kernels());
            const double ratio = sum(narrow.plan->operationMs(8, 9)) / sum(wide.plan->operationMs(8, 9));
            // Where it is clear which is faster, that one was chosen.
            if (std::abs(ratio - 0.95) > 0.15)
                QCOMPARE(choice.precision == model::ConvolutionPrecision::BFloat16, ratio < 0.95);
        }
    }

    void withoutAPlanThePrecisionIsFloat32()
    {
        auto config = smallConfig();
        config.baseChannels = 8;
        auto net = randomNet(config);
        const auto choice = model::measuredPrecision("auto", net, torch::kCPU);
        QVERIFY(choice.precision == model::ConvolutionPrecision::Float32 && !choice.plan.plan);
        QVERIFY(!choice.plan.reason.empty());
        QVERIFY_EXCEPTION_THROWN(model::measuredPrecision("half", net, torch::kCPU), std::exception);
    }

    void anUnknownNetworkFallsBackWithAReason_data()
    {
        using Change = std::function<void(model::UNet&)>;
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* name, const Change& change, const char* named) {
            QTest::newRow(name) << change << QString(named);
        };
        row(
            "channels",
            [](model::UNet& net) {
                auto config = smallConfig();
                config.baseChannels = 8;
                net = randomNet(config);
            },
            "8 channels");
        row(
            "a part more", [](model::UNet& net) { net->register_module("extra", torch::nn::Linear(3, 4)); },
            "extra");
        row(
            "a smaller part",
            [](model::UNet& net) {
                net->register_parameter("dummy", torch::zeros({1}));
                net->named_parameters()["stem.bias"].set_data(torch::zeros({3}));
            },
            "stem.bias");
        row(
            "double", [](model::UNet& net) { net->to(torch::kFloat64); }, "float32");
    }
    void anUnknownNetworkFallsBackWithAReason()
    {
        QFETCH(std::function<void(model::UNet&)>, change);
        QFETCH(QString, named);
        if (!hasKernels())
            QSKIP("no kernels for this processor");
        auto net = randomNet(smallConfig());
        change(net);
        const auto made = model::makePlan(*net);
        QVERIFY(!made.plan);
        QVERIFY2(QString::fromStdString(made.reason).contains(named), made.reason.c_str());
    }

    void withoutAPlanTheModulesAnswer()
    {
        auto config = smallConfig();
        config.baseChannels = 8;
        auto net = randomNet(config);
        model::ParallelForward forward(net, 2);
        QVERIFY(!forward.plan());
        const Question question = questionFor(config, 3);
        QVERIFY(largestDifference(throughPlan(forward, question), throughModules(net, question)) <= 1e-4);
    }

    void badQuestionsAreRefused()
    {
        auto net = randomNet(smallConfig());
        model::ParallelForward forward(net, 2);
        const Question good = questionFor(net->config(), 2);
        Question bad = good;
        bad.x = torch::randn({2, 1, 12, 12});
        QVERIFY_EXCEPTION_THROWN(throughPlan(forward, bad), std::exception);
        bad = good;
        bad.classIds = torch::tensor({int64_t{0}, int64_t{4}});
        QVERIFY_EXCEPTION_THROWN(throughPlan(forward, bad), std::exception);
        bad.classIds = torch::tensor({int64_t{-1}, int64_t{0}});
        QVERIFY_EXCEPTION_THROWN(throughPlan(forward, bad), std::exception);
        QVERIFY(largestDifference(throughPlan(forward, good), throughModules(net, good)) <= 1e-4);
    }

    void whatIsNotFiniteShows()
    {
        auto net = randomNet(smallConfig());
        {
            const torch::NoGradGuard noGrad;
            net->named_parameters()["middle0.block.conv2.weight"].fill_(
                std::numeric_limits<float>::quiet_NaN());
        }
        model::ParallelForward forward(net, 1);
        QVERIFY(throughPlan(forward, questionFor(net->config(), 2)).isnan().all().item<bool>());
    }

    void thePlanNamesEveryOperation()
    {
        if (!hasKernels())
            QSKIP("no kernels for this processor");
        auto net = randomNet(smallConfig());
        const auto made = model::makePlan(*net);
        const QString text = QString::fromStdString(made.plan->description());
        for (const char* part : {"stem", "down0_halve", "middle0.attention", "up1_double", "output",
                                 "3×3 convolution (Winograd), add", "6×10×16 → 3×5×32", "MFLOP"})
            QVERIFY2(text.contains(QString::fromUtf8(part)), qPrintable(text));
    }
};

QTEST_GUILESS_MAIN(InferencePlanTest)
#include "inference_plan_test.moc"
