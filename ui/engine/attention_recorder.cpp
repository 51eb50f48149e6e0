// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/attention_recorder.h"

#include "core/recipe/run_plan.h"
#include "ui/engine/failure.h"
#include "ui/engine/sampling_service.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace diffuscope::ui {

namespace {

constexpr std::size_t mostKeptRuns = 6;
constexpr std::size_t mostKeptBytes = std::size_t(32) << 20;

using Steps = std::vector<std::optional<FrameAttention>>;

std::size_t bytesOf(const Steps& steps)
{
    std::size_t sum = 0;
    for (const auto& step : steps)
        sum += step && step->maps ? step->maps->bytes() : 0;
    return sum;
}

std::vector<float> peaksOf(const record::TextAttention& maps, const record::AttentionLayer* layer,
                           std::size_t index, int height, int width)
{
    std::vector<float> peaks(maps.tokens.size(), 0.0f);
    for (std::size_t token = 0; token < peaks.size(); ++token)
        for (int k = 0; k < maps.batch; ++k) {
            const auto map = layer ? maps.map(index, k, token) : maps.meanMap(k, token, height, width);
            peaks[token] = std::max(peaks[token], *std::ranges::max_element(map));
        }
    return peaks;
}

FrameAttention described(std::shared_ptr<const record::TextAttention> maps)
{
    FrameAttention attention{
        .tokens = maps->tokens, .batch = maps->batch, .shares = {}, .peaks = {}, .maps = {}};
    int height = 1;
    int width = 1;
    for (const record::AttentionLayer& layer : maps->layers) {
        height = std::max(height, layer.height);
        width = std::max(width, layer.width);
    }
    for (int k = 0; k < maps->batch && !maps->empty(); ++k) {
        const std::vector<float> shares = maps->shares(k);
        attention.shares.insert(attention.shares.end(), shares.begin(), shares.end());
    }
    if (!maps->empty())
        attention.peaks.push_back(peaksOf(*maps, nullptr, 0, height, width));
    for (std::size_t i = 0; i < maps->layers.size(); ++i)
        attention.peaks.push_back(peaksOf(*maps, &maps->layers[i], i, 0, 0));
    attention.maps = std::move(maps);
    return attention;
}

/// One step that is to be worked out.
struct AttentionRequest
{
    int step = 0;
    record::FramePtr frame;
    std::shared_ptr<const recipe::Recipe> recipe;
};

}  // namespace

float FrameAttention::share(int k, int token) const
{
    const std::size_t tokenIndex = std::size_t(token);
    if (k >= 0)
        return shares[std::size_t(std::min(k, batch - 1)) * tokens.size() + tokenIndex];
    double sum = 0;
    for (int image = 0; image < batch; ++image)
        sum += double(shares[std::size_t(image) * tokens.size() + tokenIndex]);
    return batch > 0 ? float(sum / batch) : 0.0f;
}

/// What the worker found, until the GUI's thread takes it.
struct AttentionRecorder::Tray
{
    std::mutex mutex;
    AttentionRecorder* receiver = nullptr;  ///< null once nobody wants it any more
    std::vector<std::pair<int, FrameAttention>> fresh;
    std::optional<Failure> failure;
    bool isDone = false;
    bool isTold = false;

    bool isWanted()
    {
        const std::lock_guard lock(mutex);
        return receiver != nullptr;
    }

    /// On the worker's thread; `change` is made under the mutex.
    template <typename Change>
    static void report(const std::shared_ptr<Tray>& tray, const Change& change)
    {
        const std::lock_guard lock(tray->mutex);
        change(*tray);
        if (!tray->receiver || std::exchange(tray->isTold, true))
            return;
        QMetaObject::invokeMethod(
            tray->receiver, [receiver = tray->receiver, tray] { receiver->take(tray); },
            Qt::QueuedConnection);
    }
};

AttentionRecorder::AttentionRecorder(SamplingService& service, QObject* parent)
    : QObject(parent), m_service(service)
{
    // A run that starts takes the worker; what was asked for is asked for again behind it.
    connect(&service, &SamplingService::runStarted, this, &AttentionRecorder::leave);
    connect(&service, &SamplingService::runFinished, this, &AttentionRecorder::ask);
    connect(&service, &SamplingService::runCancelled, this, &AttentionRecorder::ask);
    connect(&service, &SamplingService::runFailed, this, &AttentionRecorder::ask);
}

AttentionRecorder::~AttentionRecorder()
{
    leave();
}

void AttentionRecorder::leave()
{
    if (const auto tray = std::exchange(m_asked, nullptr)) {
        const std::lock_guard lock(tray->mutex);
        tray->receiver = nullptr;
    }
}

void AttentionRecorder::setOn(bool on)
{
    if (std::exchange(m_isOn, on) == on)
        return;
    if (!on)
        leave();
    ask();
    Q_EMIT changed();
}

void AttentionRecorder::follow(const RunUpdate& run)
{
    const bool isOther = run.run != m_run.run;
    if (isOther) {
        leave();
        m_failure.reset();
        const std::size_t size = bytesOf(m_steps);
        const auto& before = m_run.trajectory->frames;
        if (size > 0 && size <= mostKeptBytes && !before.empty())
            m_kept.push_front({before.front(), std::move(m_steps)});
        if (m_kept.size() > mostKeptRuns)
            m_kept.pop_back();
        m_steps.clear();
    }
    m_run = run;
    const auto& frames = run.trajectory->frames;
    if (isOther && !frames.empty())
        for (Kept& kept : m_kept)
            if (kept.first.lock() == frames.front())
                m_steps = kept.steps;
    std::size_t steps = frames.size();
    if (!frames.empty() && frames.back()->isResult())
        --steps;
    const bool grew = m_steps.size() != steps;
    m_steps.resize(steps);
    ask();
    if (isOther || grew)
        Q_EMIT changed();
}

void AttentionRecorder::setStep(int step)
{
    if (std::exchange(m_step, step) != step)
        ask();
}

const FrameAttention* AttentionRecorder::at(int step) const
{
    if (step < 0 || step >= steps() || !m_steps[std::size_t(step)])
        return nullptr;
    return &*m_steps[std::size_t(step)];
}

int AttentionRecorder::knownSteps() const
{
    return int(std::ranges::count_if(m_steps, [](const auto& step) { return step.has_value(); }));
}

/// The playhead's first.
std::vector<int> AttentionRecorder::wantedSteps() const
{
    std::vector<int> wanted;
    if (const FrameAttention* here = at(m_step); m_step < steps() && m_step >= 0 && !(here && here->maps))
        wanted.push_back(m_step);
    for (int step = 0; step < steps(); ++step)
        if (step != m_step && !at(step))
            wanted.push_back(step);
    return wanted;
}

void AttentionRecorder::ask()
{
    if (!m_isOn || m_asked || m_failure || m_run.isRunning())
        return;
    std::vector<AttentionRequest> requests;
    const auto parts = recipe::partsOf(m_run.plan());
    std::vector<std::shared_ptr<const recipe::Recipe>> recipes;
    for (const auto& part : parts)
        recipes.push_back(std::make_shared<const recipe::Recipe>(part.recipe));
    for (const int step : wantedSteps()) {
        std::size_t part = parts.size() - 1;
        while (part > 0 && parts[part].firstStep > step)
            --part;
        requests.push_back({step, m_run.trajectory->frames[std::size_t(step)], recipes[part]});
    }
    if (requests.empty())
        return;
    auto tray = std::make_shared<Tray>();
    tray->receiver = this;
    const auto work = [tray, requests](const Errand::Factory& factory, const std::stop_token& stop) {
        std::optional<Failure> failure;
        try {
            std::shared_ptr<const recipe::Recipe> opened;
            std::unique_ptr<run::Evaluator> evaluator;
            const auto evaluatorOf =
                [&](const std::shared_ptr<const recipe::Recipe>& recipe) -> run::Evaluator& {
                if (std::exchange(opened, recipe) != recipe || !evaluator)
                    evaluator = factory().open(*recipe);
                return *evaluator;
            };
            for (const AttentionRequest& request : requests) {
                if (stop.stop_requested() || !tray->isWanted())
                    break;
                const bool isRecorded = !request.frame->attention.empty();
                auto maps = isRecorded ? std::shared_ptr<const record::TextAttention>(
                                             request.frame, &request.frame->attention)
                                       : std::make_shared<const record::TextAttention>(
                                             evaluatorOf(request.recipe).attention(*request.frame));
                FrameAttention found = described(std::move(maps));
                Tray::report(tray, [&](Tray& t) { t.fresh.emplace_back(request.step, std::move(found)); });
            }
        } catch (const Cancelled&) {
            // A newer run wants the worker.
        } catch (...) {
            failure = failureOf(std::current_exception());
        }
        Tray::report(tray, [&](Tray& t) {
            t.failure = std::move(failure);
            t.isDone = true;
        });
    };
    if (m_service.whileIdle({work}))
        m_asked = tray;
}

void AttentionRecorder::take(const std::shared_ptr<Tray>& tray)
{
    if (tray != m_asked)
        return;
    bool isDone = false;
    {
        const std::lock_guard lock(tray->mutex);
        for (auto& [step, attention] : tray->fresh)
            if (step < steps())
                m_steps[std::size_t(step)] = std::move(attention);
        tray->fresh.clear();
        tray->isTold = false;
        isDone = tray->isDone;
        m_failure = tray->failure;
    }
    keepWithinMemory();
    if (isDone) {
        m_asked.reset();
        ask();
    }
    Q_EMIT changed();
}

std::size_t AttentionRecorder::bytes() const
{
    return bytesOf(m_steps);
}

/// Lets go of the maps farthest from the playhead.
void AttentionRecorder::keepWithinMemory()
{
    while (bytes() > m_mostBytes) {
        int farthest = -1;
        for (int step = 0; step < steps(); ++step) {
            const FrameAttention* attention = at(step);
            const bool canGo = attention && attention->maps && step != m_step;
            if (canGo && std::abs(step - m_step) > (farthest < 0 ? 0 : std::abs(farthest - m_step)))
                farthest = step;
        }
        if (farthest < 0)
            return;
        m_steps[std::size_t(farthest)]->maps.reset();
    }
}

}  // namespace diffuscope::ui
