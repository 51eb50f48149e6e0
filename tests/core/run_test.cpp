// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/denoise/guidance.h"
#include "core/run/sampled_run.h"
#include "core/schedule/schedule_registry.h"
#include "tests/support/fake_denoiser.h"

#include <QTest>

#include <cmath>
#include <new>
#include <stdexcept>

using namespace diffuscope;
using namespace diffuscope::recipe;
using namespace diffuscope::run;
using namespace diffuscope::samplers;
using diffuscope::denoise::Denoiser;
using diffuscope::recipe::Condition;
using diffuscope::record::Layer;
using diffuscope::test::FakeDenoiser;

namespace {

constexpr record::BatchShape small{2, 1, 4, 4};

/// Like a network's: leans on the state and on the class.
Tensor answer(const Tensor& image, int label)
{
    return torch::tanh(0.8 * image + 0.1 * label);
}

/// The same for a whole batch at once: label 1 for the first half, none for the rest.
class QuickDenoiser final : public Denoiser
{
public:
    denoise::Prediction predict(const Tensor& x, const schedule::NoiseLevel& level, const Condition&) override
    {
        Tensor x0 = torch::tanh(0.8 * x);
        x0.narrow(0, 0, x.size(0) / 2).add_(0.1);
        return {.x0Hat = x0, .epsHat = x.sub(x0, level.alpha) / level.sigma};
    }
};

/// Evaluates at a noisier state than it is given, as churn does.
class ChurningSampler final : public Sampler
{
public:
    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const schedule::NoiseLevel noisier = step.schedule.levelAt(step.level.t + 10);
        const Tensor higher = x + 0.01 * step.noise();
        const Prediction p = step.denoise(higher, noisier);
        return step.next.alpha * p.x0Hat + step.next.sigma * p.epsHat;
    }
};

/// Evaluates in every other step only, and otherwise keeps the state.
class ReusingSampler final : public Sampler
{
public:
    Tensor step(const Tensor& x, const StepContext& step) override
    {
        if (step.index % 2 == 0)
            m_last = step.denoise(x, step.level);
        return step.next.alpha * m_last.x0Hat + step.next.sigma * m_last.epsHat;
    }

private:
    Prediction m_last;
};

RunParts parts(std::unique_ptr<Denoiser> denoiser, int steps, record::BatchShape shape = small,
               const SamplerSpec& sampler = {.id = "ddim", .options = {}})
{
    const schedule::NoiseSchedule linear = schedule::makeSchedule({});
    const schedule::TimeGrid grid = schedule::makeTimeGrid(linear, {}, steps);
    return {.schedule = linear,
            .grid = grid,
            .denoiser = std::move(denoiser),
            .sampler = makeSampler(sampler, linear, grid),
            .noise = std::make_unique<SeededNoise>(11),
            .condition = Condition::classLabel(1),
            .shape = shape};
}

std::unique_ptr<Denoiser> guidedFake(double scale, std::vector<FakeDenoiser::Call>* calls = nullptr)
{
    auto inner = denoise::guided(std::make_unique<FakeDenoiser>(answer, calls),
                                 {.rule = "cfg", .scale = scale, .options = {}});
    return denoise::clipped(std::move(inner), {});
}

std::vector<record::FramePtr> allFrames(Run& run)
{
    std::vector<record::FramePtr> frames;
    while (auto frame = run.advance({}))
        frames.push_back(frame);
    return frames;
}

double largestDifference(const std::vector<float>& a, const Tensor& b)
{
    const Tensor other = b.to(torch::kDouble).contiguous();
    double largest = a.size() == std::size_t(other.numel()) ? 0 : HUGE_VAL;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest, std::abs(double(a[i]) - other.data_ptr<double>()[i]));
    return largest;
}

/// What a run whose denoiser throws this ends with.
template <typename Exception>
ErrorCode codeFor(const Exception& exception)
{
    const auto raise = [exception](const Tensor&, int) -> Tensor { throw exception; };
    SampledRun run(parts(std::make_unique<FakeDenoiser>(raise), 3));
    try {
        run.advance({});
    } catch (const Error& error) {
        if (run.advance({}) != nullptr)
            throw std::logic_error("the run went on");
        return error.code();
    }
    throw std::logic_error("nothing was thrown");
}

}  // namespace

class RunTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRunOfNStepsHasNFramesAndAResult()
    {
        std::vector<FakeDenoiser::Call> calls;
        SampledRun run(parts(guidedFake(2, &calls), 5));
        const auto frames = allFrames(run);
        QCOMPARE(frames.size(), std::size_t(6));
        QCOMPARE(calls.size(), std::size_t(5));
        for (int i = 0; i < 5; ++i) {
            const record::Frame& frame = *frames[std::size_t(i)];
            QCOMPARE(frame.index, i);
            QCOMPARE(frame.evaluations, 1);
            QCOMPARE(frame.totalEvaluations, i + 1);
            QVERIFY(frame.level == run.grid()[i] && frame.next == run.grid()[i + 1]);
            QVERIFY(frame.evaluated == std::vector{run.grid()[i]});
            QVERIFY(frame.totalMs >= frame.networkMs && frame.networkMs > 0);
            QVERIFY(!frame.isResult());
        }
        const record::Frame& result = *frames.back();
        QVERIFY(result.isResult());
        QCOMPARE(result.totalEvaluations, 5);
        QCOMPARE(result.layer(Layer::x0Hat).values, result.layer(Layer::xt).values);
        QVERIFY(run.advance({}) == nullptr);
    }

    void framesHoldWhatTheLoopDid()
    {
        // The same run by hand, in double.
        RunParts byHand = parts(guidedFake(3), 8);
        SampledRun run(parts(guidedFake(3), 8));
        const auto options = torch::TensorOptions().dtype(torch::kDouble);
        SamplingLoop loop({*byHand.denoiser, *byHand.sampler, byHand.schedule, byHand.grid, *byHand.noise,
                           byHand.condition},
                          byHand.noise->initial({2, 1, 4, 4}, options));
        while (!loop.isDone()) {
            const StepReport report = loop.advance();
            const auto frame = run.advance({});
            const schedule::NoiseLevel& level = frame->level;
            QVERIFY(largestDifference(frame->layer(Layer::xt).values, report.x) < 1e-5);
            QVERIFY(largestDifference(frame->layer(Layer::x0Hat).values, report.prediction->x0Hat) < 1e-5);
            QVERIFY(largestDifference(frame->layer(Layer::epsHat).values, report.prediction->epsHat) < 1e-4);
            const Tensor conditional =
                (report.x - level.alpha * report.prediction->x0HatConditional) / level.sigma;
            QVERIFY(largestDifference(frame->layer(Layer::epsConditional).values, conditional) < 1e-4);
        }
        QVERIFY(largestDifference(run.advance({})->layer(Layer::xt).values, loop.state()) < 1e-5);
    }

    void imagesDoNotDependOnTheBatch()
    {
        SampledRun few(
            parts(std::make_unique<FakeDenoiser>(answer), 4, {1, 1, 4, 4}, {.id = "ddpm", .options = {}}));
        SampledRun many(
            parts(std::make_unique<FakeDenoiser>(answer), 4, {7, 1, 4, 4}, {.id = "ddpm", .options = {}}));
        QCOMPARE(allFrames(few).back()->layer(Layer::xt, 0), allFrames(many).back()->layer(Layer::xt, 0));
    }

    void aSetTokenStopsBeforeTheEvaluation()
    {
        std::vector<FakeDenoiser::Call> calls;
        SampledRun run(parts(guidedFake(2, &calls), 5));
        std::stop_source stop;
        QVERIFY(run.advance(stop.get_token()) != nullptr);
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(run.advance(stop.get_token()), Cancelled);
        QCOMPARE(calls.size(), std::size_t(1));
        QVERIFY(run.advance(stop.get_token()) == nullptr);
    }

    void whatADenoiserThrowsArrivesAsError()
    {
        QVERIFY(codeFor(std::runtime_error("broken")) == ErrorCode::internal);
        QVERIFY(codeFor(std::bad_alloc()) == ErrorCode::outOfMemory);
        QVERIFY(codeFor(std::runtime_error("DefaultCPUAllocator: can't allocate memory")) ==
                ErrorCode::outOfMemory);
        QVERIFY(codeFor(Error(ErrorCode::notFinite, "NaN")) == ErrorCode::notFinite);
    }

    void aStateThatIsNotFiniteIsAnError()
    {
        const auto infinite = [](const Tensor& image, int) -> Tensor { return image / 0.0; };
        SampledRun run(parts(std::make_unique<FakeDenoiser>(infinite), 3));
        try {
            run.advance({});
            QFAIL("must throw");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::notFinite);
            QVERIFY(QString(error.what()).contains("step 1"));
        }
    }

    void aGivenStateIsWhereTheRunStarts()
    {
        RunParts given = parts(std::make_unique<FakeDenoiser>(answer), 3);
        given.start = torch::full({2, 1, 4, 4}, 0.25);
        SampledRun run(std::move(given));
        QCOMPARE(run.advance({})->layer(Layer::xt).values, std::vector<float>(32, 0.25f));
    }

    void initialStatesOfBothScales()
    {
        const Tensor noise = torch::ones({1, 2}, torch::kDouble);
        const schedule::NoiseLevel level{500, 0.6, 0.8};
        QCOMPARE(initialState(noise, level)[0][0].item<double>(), 1.0);
        QCOMPARE(initialState(noise, level, InitialScale::noiseOnly)[0][0].item<double>(), 0.8);
        const schedule::NoiseLevel flow{500, 0.1, 0.9};
        QVERIFY(std::abs(initialState(noise, flow)[0][0].item<double>() - std::sqrt(0.82)) < 1e-15);
    }

    void aPredictionOfAnotherStateIsRecordedWithItsNoise()
    {
        RunParts churning = parts(std::make_unique<FakeDenoiser>(answer), 3);
        churning.sampler = std::make_unique<ChurningSampler>();
        SampledRun run(std::move(churning));
        const auto frame = run.advance({});
        QVERIFY(frame->predictedElsewhere == frame->evaluated.front());
        const auto next = run.advance({});
        // x' = alpha'·x0Hat + sigma'·epsHat holds for what was recorded.
        for (std::size_t i = 0; i < small.values(); ++i) {
            const double expected = next->level.alpha * double(frame->layer(Layer::x0Hat).values[i]) +
                                    next->level.sigma * double(frame->layer(Layer::epsHat).values[i]);
            QVERIFY(std::abs(expected - double(next->layer(Layer::xt).values[i])) < 1e-5);
        }
    }

    void aStepWithoutEvaluationShowsThePredictionThatItUsed()
    {
        RunParts reusing = parts(std::make_unique<FakeDenoiser>(answer), 4);
        reusing.sampler = std::make_unique<ReusingSampler>();
        SampledRun run(std::move(reusing));
        const auto frames = allFrames(run);
        QCOMPARE(frames[1]->evaluations, 0);
        QVERIFY(!frames[1]->isResult());
        QCOMPARE(frames[1]->layer(Layer::x0Hat).values, frames[0]->layer(Layer::x0Hat).values);
        QVERIFY(frames[1]->predictedElsewhere == frames[0]->level);
    }

    void aThousandGuidedStepsOf64ImagesStayWithinMemory()
    {
        auto inner =
            denoise::guided(std::make_unique<QuickDenoiser>(), {.rule = "cfg", .scale = 3, .options = {}});
        RunParts many = parts(denoise::clipped(std::move(inner), {}), 1000, {64, 1, 28, 28});
        many.storedPerFrame = 3;
        SampledRun run(std::move(many));
        record::Trajectory trajectory{.frames = allFrames(run), .plannedFrames = 1001, .keyInterval = 1};
        QVERIFY(trajectory.isComplete());
        QVERIFY2(trajectory.bytes() < std::size_t(400) << 20,
                 qPrintable(QString::number(trajectory.bytes())));
        QVERIFY(run.keyInterval() > 1);
        QVERIFY(trajectory.frames[501]->has(Layer::guidanceDifference));
    }
};

QTEST_GUILESS_MAIN(RunTest)
#include "run_test.moc"
