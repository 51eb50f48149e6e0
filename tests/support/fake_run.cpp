// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake_run.h"

#include "core/base/error.h"
#include "core/schedule/schedule_registry.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <sstream>

namespace diffuscope::test {

using record::Precision;
using schedule::NoiseSchedule;
using schedule::TimeGrid;

/// Shared by the test's thread and the fakes on the worker's.
struct FakeState
{
    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    bool blocked = false;
    int permits = 0;
    int factoryFailuresLeft = 0;
    std::function<void()> raiseInFactory;
    std::function<void()> raiseInStart;
    std::function<void()> raiseInFrame;
    std::function<void()> raiseInAttention;
    int attentionsAsked = 0;
    int failingFrame = -1;
    std::vector<recipe::Recipe> recipes;
    int evaluationsBegun = 0;
    int evaluationsEnded = 0;
    bool stopRequested = false;
    int liveObjects = 0;
    std::vector<std::thread::id> threads;

    void seeThread()  // under the mutex
    {
        const std::thread::id id = std::this_thread::get_id();
        if (std::ranges::find(threads, id) == threads.end())
            threads.push_back(id);
    }
};

namespace {

const NoiseSchedule& fakeSchedule()
{
    static const NoiseSchedule schedule = [] {
        std::vector<double> betas(1000);
        for (std::size_t t = 0; t < betas.size(); ++t)
            betas[t] = 1e-4 + (0.02 - 1e-4) * double(t) / 999;
        return NoiseSchedule::fromBetas("linear", std::move(betas));
    }();
    return schedule;
}

TimeGrid fakeGrid(int steps)
{
    TimeGrid grid;
    for (int i = 0; i < steps; ++i)
        grid.levels.push_back(fakeSchedule().level((1000 / steps) * (steps - i) - 1));
    grid.levels.push_back({});
    return grid;
}

/// Some noise in [−1, 1] that depends on seed, image and pixel alone.
float fakeNoise(std::uint64_t seed, int image, int pixel)
{
    std::uint64_t hash = seed * 0x9E3779B97F4A7C15ULL + std::uint64_t(image) * 784ULL + std::uint64_t(pixel);
    hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9ULL;
    hash ^= hash >> 31;
    return float(double(hash % 20001) / 10000 - 1);
}

record::FramePtr makeFrame(const recipe::Recipe& recipe, const TimeGrid& grid, int index, int firstImage = 0)
{
    const bool isResult = index == recipe.steps;
    auto frame = std::make_shared<record::Frame>();
    frame->index = index;
    frame->level = grid[index];
    frame->next = grid[std::min(index + 1, recipe.steps)];
    frame->shape = {recipe.batch, 1, 28, 28};
    std::vector<float> xt(frame->shape.values());
    std::vector<float> x0Hat(frame->shape.values());
    for (int k = 0; k < recipe.batch; ++k) {
        for (int pixel = 0; pixel < 784; ++pixel) {
            const std::size_t at = std::size_t(k) * 784 + std::size_t(pixel);
            const double disc = std::hypot(pixel % 28 - 13.5, pixel / 28 - 13.5) / 14;
            x0Hat[at] = float(
                std::clamp(recipe.guidance.scale / 4 - 1 + ((firstImage + k) % 4) * 0.1 + disc, -1.0, 1.0));
            xt[at] = float(frame->level.alpha * double(x0Hat[at]) +
                           frame->level.sigma * double(fakeNoise(recipe.seed, firstImage + k, pixel)));
        }
    }
    frame->xt = {xt, Precision::full};
    frame->x0Hat = {x0Hat, Precision::full};
    if (!isResult && recipe.guidance.scale != 0 && recipe.guidance.scale != 1) {
        frame->x0HatConditional = {x0Hat, Precision::full};
        frame->x0HatUnconditional = {std::vector<float>(x0Hat.size(), 0.0f), Precision::full};
    }
    frame->evaluations = isResult ? 0 : 1;
    frame->totalEvaluations = std::min(index + 1, recipe.steps);
    frame->networkMs = isResult ? 0 : 1.5;
    frame->totalMs = isResult ? 0.1 : 1.6;
    return frame;
}

/// Counts a fake object's life, and the threads it is touched by.
class Life
{
public:
    explicit Life(std::shared_ptr<FakeState> state) : m_state(std::move(state)) { change(1); }
    ~Life() { change(-1); }
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;

private:
    void change(int by)
    {
        {
            const std::lock_guard lock(m_state->mutex);
            m_state->liveObjects += by;
            m_state->seeThread();
        }
        m_state->changed.notify_all();
    }

    std::shared_ptr<FakeState> m_state;
};

class FakeRun : public run::Run
{
public:
    FakeRun(std::shared_ptr<FakeState> state, recipe::Recipe recipe, const run::RunStart& start,
            int firstImage = 0)
        : m_state(std::move(state)),
          m_life(m_state),
          m_recipe(std::move(recipe)),
          m_grid(fakeGrid(m_recipe.steps)),
          m_next(start.origin ? start.origin->frame() : 0),
          m_firstImage(firstImage)
    {
        if (start.origin)
            m_before.assign(start.origin->frames.begin(), start.origin->frames.end() - 1);
    }

    std::vector<record::FramePtr> framesBefore() const override { return m_before; }
    std::string remark() const override { return m_before.empty() ? "" : "A fake branch."; }

    const NoiseSchedule& schedule() const override { return fakeSchedule(); }
    const TimeGrid& grid() const override { return m_grid; }
    record::BatchShape shape() const override { return {m_recipe.batch, 1, 28, 28}; }
    int keyInterval() const override { return 1; }
    bool hasIndependentImages() const override { return m_recipe.sampler.id != "dpm_adaptive"; }
    /// The frames keep image and noise of each picture, as DDIM does.
    std::vector<samplers::StepTerms> terms() const override
    {
        using Kind = samplers::StepQuantity::Kind;
        std::vector<samplers::StepTerms> terms;
        for (int i = 0; i < m_grid.steps(); ++i)
            terms.push_back({{{Kind::x0Hat, i, 0, m_grid[i]}, m_grid[i + 1].alpha},
                             {{Kind::epsHat, i, 0, m_grid[i]}, m_grid[i + 1].sigma}});
        return terms;
    }

    record::FramePtr advance(const std::stop_token& stop) override
    {
        if (m_next > m_grid.steps())
            return nullptr;
        if (m_next < m_grid.steps()) {
            if (stop.stop_requested())
                throw Cancelled();
            evaluate(stop);
        }
        return makeFrame(m_recipe, m_grid, m_next++, m_firstImage);
    }

private:
    void evaluate(const std::stop_token& stop)
    {
        const std::stop_callback onStop(stop, [this] {
            const std::lock_guard lock(m_state->mutex);
            m_state->stopRequested = true;
            m_state->changed.notify_all();
        });
        std::unique_lock lock(m_state->mutex);
        m_state->seeThread();
        ++m_state->evaluationsBegun;
        m_state->changed.notify_all();
        m_state->changed.wait(lock, [this] { return !m_state->blocked || m_state->permits > 0; });
        if (m_state->blocked)
            --m_state->permits;
        ++m_state->evaluationsEnded;
        if (m_next == m_state->failingFrame) {
            const auto raise = m_state->raiseInFrame;
            lock.unlock();
            raise();
        }
    }

    std::shared_ptr<FakeState> m_state;
    Life m_life;
    recipe::Recipe m_recipe;
    TimeGrid m_grid;
    int m_next = 0;
    int m_firstImage = 0;
    std::vector<record::FramePtr> m_before;
};

/// Answers what fakeAttention() says; of states, that they are clean.
class FakeEvaluator final : public run::Evaluator
{
public:
    FakeEvaluator(std::shared_ptr<FakeState> state, recipe::Recipe recipe)
        : m_state(std::move(state)), m_recipe(std::move(recipe))
    {
    }

    const schedule::NoiseSchedule& schedule() const override { return m_schedule; }
    record::BatchShape sampleShape() const override { return {1, 1, 1, 1}; }
    run::StatePrediction predict(const run::StateBatch& x, const schedule::NoiseLevel&,
                                 const std::stop_token&) override
    {
        return {x.values, std::vector<double>(x.values.size())};
    }
    run::StateBatch decode(const run::StateBatch& samples, const std::stop_token&) override
    {
        return samples;
    }
    record::TextAttention attention(const record::Frame& frame) override
    {
        std::function<void()> raise;
        {
            const std::lock_guard lock(m_state->mutex);
            m_state->seeThread();
            ++m_state->attentionsAsked;
            raise = m_state->raiseInAttention;
        }
        if (raise)
            raise();
        return fakeAttention(m_recipe, frame);
    }

private:
    std::shared_ptr<FakeState> m_state;
    recipe::Recipe m_recipe;
    schedule::NoiseSchedule m_schedule = schedule::makeSchedule({"linear", {}});
};

class FakeFactory : public run::RunFactory
{
public:
    explicit FakeFactory(std::shared_ptr<FakeState> state) : m_state(std::move(state)), m_life(m_state) {}

    std::unique_ptr<run::Run> start(const recipe::Recipe& recipe) override { return startFrom(recipe, {}); }

    /// Not counted among the recipes that were started.
    std::unique_ptr<run::Run> startPart(const recipe::Recipe& recipe, int firstImage) override
    {
        return std::make_unique<FakeRun>(m_state, recipe, run::RunStart{}, firstImage);
    }

    /// A branch is the end of the run of its recipe, behind the origin's frames.
    std::unique_ptr<run::Run> startFrom(const recipe::Recipe& recipe, const run::RunStart& start) override
    {
        std::function<void()> raise;
        {
            const std::lock_guard lock(m_state->mutex);
            m_state->seeThread();
            m_state->recipes.push_back(recipe);
            raise = m_state->raiseInStart;
        }
        if (raise)
            raise();
        if (recipe.steps < 1 || recipe.steps > 1000)
            throw Error(ErrorCode::invalidOption, "Steps must be between 1 and 1000.",
                        "Enter a number of steps.");
        return std::make_unique<FakeRun>(m_state, recipe, start);
    }

    std::unique_ptr<run::Evaluator> open(const recipe::Recipe& recipe) override
    {
        return std::make_unique<FakeEvaluator>(m_state, recipe);
    }

private:
    std::shared_ptr<FakeState> m_state;
    Life m_life;
};

}  // namespace

FakeSampling::FakeSampling() : m_state(std::make_shared<FakeState>())
{
}

FakeSampling::~FakeSampling()
{
    unblock();
}

std::function<std::unique_ptr<run::RunFactory>()> FakeSampling::factory() const
{
    return [state = m_state]() -> std::unique_ptr<run::RunFactory> {
        std::function<void()> raise;
        {
            const std::lock_guard lock(state->mutex);
            if (state->factoryFailuresLeft > 0) {
                --state->factoryFailuresLeft;
                raise = state->raiseInFactory;
            }
        }
        if (raise)
            raise();
        return std::make_unique<FakeFactory>(state);
    };
}

void FakeSampling::block()
{
    const std::lock_guard lock(m_state->mutex);
    m_state->blocked = true;
    m_state->permits = 0;
}

void FakeSampling::allow(int evaluations)
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->permits += evaluations;
    }
    m_state->changed.notify_all();
}

void FakeSampling::unblock()
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->blocked = false;
    }
    m_state->changed.notify_all();
}

void FakeSampling::failToMakeFactory(std::function<void()> raise, int times)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->raiseInFactory = std::move(raise);
    m_state->factoryFailuresLeft = times;
}

void FakeSampling::failToStart(std::function<void()> raise)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->raiseInStart = std::move(raise);
}

void FakeSampling::failAtFrame(int frame, std::function<void()> raise)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->failingFrame = frame;
    m_state->raiseInFrame = std::move(raise);
}

void FakeSampling::clearFailures()
{
    const std::lock_guard lock(m_state->mutex);
    m_state->factoryFailuresLeft = 0;
    m_state->raiseInStart = nullptr;
    m_state->raiseInAttention = nullptr;
    m_state->failingFrame = -1;
}

void FakeSampling::failAttention(std::function<void()> raise)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->raiseInAttention = std::move(raise);
}

int FakeSampling::attentionsAsked() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->attentionsAsked;
}

std::vector<recipe::Recipe> FakeSampling::startedRecipes() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->recipes;
}

int FakeSampling::evaluationsBegun() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->evaluationsBegun;
}

int FakeSampling::evaluationsEnded() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->evaluationsEnded;
}

void FakeSampling::waitForStopRequest() const
{
    std::unique_lock lock(m_state->mutex);
    m_state->changed.wait(lock, [this] { return m_state->stopRequested; });
}

int FakeSampling::liveObjects() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->liveObjects;
}

std::vector<std::thread::id> FakeSampling::threads() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->threads;
}

recipe::Recipe fakeRecipe(double guidanceScale, int steps, int batch)
{
    recipe::Recipe recipe;
    recipe.guidance.scale = guidanceScale;
    recipe.steps = steps;
    recipe.batch = batch;
    return recipe;
}

record::TextAttention fakeAttention(const recipe::Recipe& recipe, const record::Frame& frame)
{
    record::TextAttention attention;
    const recipe::TextCondition& text = recipe.condition.text;
    for (const std::string& prompt : {text.prompt, text.blend > 0 ? text.second : std::string()}) {
        if (prompt.empty())
            continue;
        attention.tokens.push_back("");
        std::istringstream words(prompt);
        for (std::string word; words >> word;)
            attention.tokens.push_back(word);
    }
    if (attention.tokens.empty())
        return {};
    attention.batch = frame.shape.batch;
    const std::size_t tokens = attention.tokens.size();
    const std::size_t favourite = 1 + std::size_t(frame.index) % (tokens - 1);
    for (const auto& [name, side] : {std::pair("down0_0", 4), std::pair("middle0", 7)}) {
        std::vector<float> weights;
        for (int place = 0; place < attention.batch * side * side; ++place) {
            const float most = place % side < side / 2 ? 0.5f : 0.25f;
            for (std::size_t token = 0; token < tokens; ++token)
                weights.push_back(token == favourite ? most : (1 - most) / float(tokens - 1));
        }
        attention.layers.push_back({name, side, side, {weights, Precision::full}});
    }
    return attention;
}

record::FramePtr fakeFrame(const recipe::Recipe& recipe, int index)
{
    return makeFrame(recipe, fakeGrid(recipe.steps), index);
}

}  // namespace diffuscope::test
