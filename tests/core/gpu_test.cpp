// SPDX-License-Identifier: GPL-3.0-or-later
// Runs on a GPU against the same runs on the processor. Where LibTorch has no CUDA a stand-in is linked,
// which runs the same code down to LibTorch's operators.
#include "core/denoise/rule_registry.h"
#include "core/inference/device.h"
#include "core/record/step_quantities.h"
#include "core/run/model_run_factory.h"
#include "core/samplers/sampler_registry.h"

#ifdef DIFFUSCOPE_STAND_IN_GPU
#include "tests/support/stand_in_gpu.h"
#endif

#include <ATen/Context.h>
#include <torch/cuda.h>

#include <QTest>

#include <array>
#include <filesystem>

using namespace diffuscope;
using recipe::Recipe;
using record::Layer;

namespace {

using Frames = std::vector<record::FramePtr>;

constexpr std::array bothImages{0, 1};

struct Sampled
{
    Frames frames;
    run::Computation computation;
};

run::RunLimits limitsOf(const std::string& device, const std::string& precision = "float32")
{
    return {.threads = 1, .device = device, .precision = precision};
}

std::unique_ptr<run::ModelRunFactory> factoryOn(const run::RunLimits& limits)
{
    return std::make_unique<run::ModelRunFactory>(
        std::vector<std::filesystem::path>{DIFFUSCOPE_SOURCE_DIR "/models"}, limits);
}

Frames allFrames(run::Run& run)
{
    Frames frames;
    while (auto frame = run.advance({}))
        frames.push_back(frame);
    return frames;
}

Recipe digits()
{
    Recipe recipe;
    recipe.model = "mnist";
    recipe.condition = recipe::Condition{{3, 8}};
    recipe.steps = 5;
    recipe.batch = 2;
    recipe.guidance.scale = 1;
    return recipe;
}

Recipe portraits()
{
    Recipe recipe;
    recipe.model = "avatar";
    recipe.condition.classes.clear();
    recipe.condition.text = {.prompt = "red hair", .negative = "hat", .second = "glasses", .blend = 0.25};
    recipe.steps = 2;
    recipe.batch = 2;
    recipe.guidance.scale = 3;
    return recipe;
}

/// The largest distance of two runs in a layer, in root mean squares of its values.
double apart(const Frames& a, const Frames& b, Layer layer)
{
    double largest = a.size() == b.size() ? 0 : HUGE_VAL;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        const record::ImageBatch one = a[i]->layer(layer), other = b[i]->layer(layer);
        double squares = 0, difference = one.values.size() == other.values.size() ? 0 : HUGE_VAL;
        for (std::size_t j = 0; j < one.values.size() && j < other.values.size(); ++j) {
            squares += double(one.values[j]) * one.values[j];
            difference = std::max(difference, std::abs(double(one.values[j]) - other.values[j]));
        }
        largest = std::max(largest, difference / std::sqrt(squares / double(one.values.size())));
    }
    return largest;
}

std::int64_t workOnTheGpu()
{
#ifdef DIFFUSCOPE_STAND_IN_GPU
    return test::stand_in_gpu::operatorCount();
#else
    return 0;
#endif
}

}  // namespace

class GpuTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!torch::cuda::is_available())
            QSKIP("LibTorch has CUDA, but finds no GPU.");
        m_cpu = factoryOn(limitsOf("cpu"));
        m_gpu = factoryOn(limitsOf("cuda"));
    }

    void theGpuIsTakenWhereThereIsOne()
    {
        QVERIFY(inference::deviceNamed("auto").is_cuda());
        QVERIFY(inference::deviceNamed("cuda") == torch::Device(torch::kCUDA, 0));
        QVERIFY(inference::deviceNamed("cpu").is_cpu());
        QVERIFY(!at::globalContext().allowTF32CuDNN());
    }

    void aRunIsComputedWhereItWasAskedFor()
    {
#ifndef DIFFUSCOPE_STAND_IN_GPU
        QSKIP("Only the stand-in counts its operators.");
#endif
        const std::int64_t before = workOnTheGpu();
        allFrames(*m_cpu->start(digits()));
        QCOMPARE(workOnTheGpu(), before);
        allFrames(*m_gpu->start(digits()));
        QVERIFY(workOnTheGpu() > before + 100);
        QVERIFY(m_gpu->computation().notice.empty());
        QCOMPARE(m_gpu->computation().precision, std::string("float32"));
    }

    void aRunIsTheProcessors_data()
    {
        QTest::addColumn<Recipe>("recipe");
        const auto row = [](const std::string& name, const Recipe& recipe) {
            QTest::newRow(name.c_str()) << recipe;
        };
        for (const samplers::SamplerInfo& sampler : samplers::samplers()) {
            if (sampler.inverse)
                continue;  // no recipe has its grid
            Recipe recipe = digits();
            recipe.sampler.id = sampler.id;
            if (sampler.adaptive)
                recipe.sampler.options = {{"rtol", 0.1}, {"atol", 0.1}};
            row("sampler " + sampler.id, recipe);
        }
        for (const denoise::RuleInfo& rule : denoise::guidanceRules()) {
            Recipe recipe = digits();
            recipe.guidance = {.rule = rule.id, .scale = 3};
            if (rule.id == "autoguidance")
                recipe.guidance.options["weak_model"] = std::string("mnist");
            if (rule.id == "perp_neg")
                recipe.guidance.options["negative_class"] = 5.0;
            row("guidance " + rule.id, recipe);
        }
        for (const denoise::RuleInfo& rule : denoise::clippingRules()) {
            Recipe recipe = digits();
            recipe.clipping.rule = rule.id;
            row("clipping " + rule.id, recipe);
        }
        Recipe cosine = digits();
        cosine.schedule = schedule::ScheduleSpec{"cosine", {}};
        row("another schedule", cosine);
        row("words", portraits());
    }

    void aRunIsTheProcessors()
    {
        QFETCH(Recipe, recipe);
        constexpr double tolerance = 2e-3;  // convolutions sum in another order, and samplers amplify it
        const Frames there = allFrames(*m_gpu->start(recipe));
        const Frames here = allFrames(*m_cpu->start(recipe));
        QVERIFY(!here.empty());
        for (const Layer layer : {Layer::xt, Layer::x0Hat}) {
            const double distance = apart(there, here, layer);
            QVERIFY2(distance <= tolerance, qPrintable(QString::number(distance)));
        }
        for (std::size_t i = 0; i < here.size(); ++i)
            QCOMPARE(there[i]->evaluations, here[i]->evaluations);
    }

    void halfPrecisionIsNear()
    {
        Recipe recipe = digits();
        recipe.steps = 10;
        const Frames here = allFrames(*m_cpu->start(recipe));
        const auto narrow = factoryOn(limitsOf("cuda", "bfloat16"));
        const Frames there = allFrames(*narrow->start(recipe));
        QCOMPARE(narrow->computation().precision, std::string("bfloat16"));
        const double distance =
            *record::rootMeanSquareApart(*there.back(), *here.back(), Layer::xt, bothImages);
        QVERIFY2(distance > 0 && distance < 0.05, qPrintable(QString::number(distance)));
    }

    void thePrecisionIsMeasured_data()
    {
        QTest::addColumn<Recipe>("recipe");
        QTest::newRow("classes") << digits();
        QTest::newRow("words") << portraits();
    }

    void thePrecisionIsMeasured()
    {
        QFETCH(Recipe, recipe);
        const auto factory = factoryOn(limitsOf("cuda", "auto"));
        factory->start(recipe);
        const std::string reason = factory->computation().reason;
        QVERIFY2(reason.find("measured on the GPU") != std::string::npos, reason.c_str());
        QVERIFY2(reason.find("0.00 ms") == std::string::npos, reason.c_str());
        QVERIFY(factory->computation().notice.empty());
    }

    void aBranchGoesOnAsTheRunDid()
    {
        Recipe recipe = digits();
        recipe.sampler.id = "dpmpp_2m";
        recipe.steps = 5;
        const auto run = m_gpu->start(recipe);
        const auto schedule = std::make_shared<const schedule::NoiseSchedule>(run->schedule());
        const auto terms = std::make_shared<const std::vector<samplers::StepTerms>>(run->terms());
        const Frames whole = allFrames(*run);
        const auto origin =
            std::make_shared<const run::Origin>(run::Origin{.frames = {whole.begin(), whole.begin() + 3},
                                                            .schedule = schedule,
                                                            .seeds = {recipe.seed, recipe.seed},
                                                            .terms = terms});
        const auto branch = m_gpu->startFrom(recipe, {.origin = origin});
        const Frames rest = allFrames(*branch);
        const double distance =
            *record::rootMeanSquareApart(*rest.back(), *whole.back(), Layer::xt, bothImages);
        QVERIFY2(distance < 1e-5, qPrintable(QString::number(distance)));
    }

    void theNetworkLooksAtTheSameWords()
    {
        const Recipe recipe = portraits();
        const Frames frames = allFrames(*m_cpu->start(recipe));
        const record::TextAttention here = m_cpu->open(recipe)->attention(*frames.front());
        const record::TextAttention there = m_gpu->open(recipe)->attention(*frames.front());
        QVERIFY(!here.layers.empty());
        QCOMPARE(there.tokens, here.tokens);
        QCOMPARE(there.layers.size(), here.layers.size());
        for (std::size_t layer = 0; layer < here.layers.size(); ++layer) {
            const std::vector<float> a = here.map(layer, 1, 0), b = there.map(layer, 1, 0);
            QCOMPARE(b.size(), a.size());
            for (std::size_t i = 0; i < a.size(); ++i)
                QVERIFY(std::abs(a[i] - b[i]) < 1e-3F);
        }
    }

private:
    std::unique_ptr<run::ModelRunFactory> m_cpu, m_gpu;
};

QTEST_GUILESS_MAIN(GpuTest)
#include "gpu_test.moc"
