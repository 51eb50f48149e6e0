// SPDX-License-Identifier: GPL-3.0-or-later
// One value a frame of a run that grows, worked out in order on a thread of its own.
#pragma once

#include "ui/engine/analysis_thread.h"

#include <QObject>
#include <QTimer>

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace diffuscope::ui {

/// Lives on the GUI's thread, as a member of the QObject that it tells. What was computed is taken over a few
/// dozen times a second at most, and so seldom that the hand does not feel it.
template <typename Value>
class BackgroundFrames
{
public:
    /// Called on the other thread for frame after frame; must hold everything it needs. Empty where the frame
    /// cannot be worked out yet: it is asked for again at the next extend(). Where it throws it has ended.
    using Compute = std::function<std::optional<Value>(int frame)>;

    static constexpr int deliveryMs = 30;
    /// Of the GUI's time, at most one part in so many goes into showing values that have just arrived.
    static constexpr int showingShare = 20;

    /// `grew` is called when values() has more entries.
    explicit BackgroundFrames(std::function<void()> grew) : m_grew(std::move(grew))
    {
        m_delivery.setSingleShot(true);
        m_delivery.setInterval(deliveryMs);
        QObject::connect(&m_delivery, &QTimer::timeout, &m_delivery, [this] { takeFresh(); });
    }

    /// What it takes to show the values: where that is long, fresh ones are taken over less often.
    void setShowingMs(double ms) { m_delivery.setInterval(std::max(deliveryMs, int(showingShare * ms))); }

    /// Forgets everything.
    void restart()
    {
        m_thread.stopAll();
        m_state = std::make_shared<State>();
        m_values.clear();
        m_delivery.stop();
    }

    /// Goes on to `frames` values, those before being known.
    void extend(int frames, Compute compute)
    {
        if (int(m_values.size()) >= frames)
            return;
        m_thread.submit([this, state = m_state, frames, compute = std::move(compute)](
                            const std::stop_token& stop) { work(*state, state, frames, compute, stop); });
    }

    /// Of frames 0 … size() − 1.
    const std::vector<Value>& values() const { return m_values; }

private:
    struct State
    {
        std::mutex mutex;
        std::vector<Value> fresh;
        int next = 0;  ///< of the worker alone
        bool isTold = false;
    };

    void work(State& state, const std::weak_ptr<State>& weak, int frames, const Compute& compute,
              const std::stop_token& stop)
    {
        try {
            while (state.next < frames && !stop.stop_requested()) {
                std::optional<Value> value = compute(state.next);
                if (!value)
                    return;
                ++state.next;
                const std::lock_guard lock(state.mutex);
                state.fresh.push_back(std::move(*value));
                if (!std::exchange(state.isTold, true))
                    tell(weak);
            }
        } catch (const std::exception&) {
            // Out of memory, or a record that is not what it says: the curve ends here, the run goes on.
            state.next = frames;
        }
    }

    void tell(const std::weak_ptr<State>& weak)
    {
        QMetaObject::invokeMethod(
            &m_delivery,
            [this, weak] {
                if (const auto state = weak.lock(); state && state == m_state && !m_delivery.isActive())
                    m_delivery.start();
            },
            Qt::QueuedConnection);
    }

    void takeFresh()
    {
        {
            const std::lock_guard lock(m_state->mutex);
            for (Value& value : m_state->fresh)
                m_values.push_back(std::move(value));
            m_state->fresh.clear();
            m_state->isTold = false;
        }
        m_grew();
    }

    std::function<void()> m_grew;
    std::vector<Value> m_values;
    std::shared_ptr<State> m_state = std::make_shared<State>();
    QTimer m_delivery;
    AnalysisThread m_thread;  // last, so that it is joined before what it uses goes
};

}  // namespace diffuscope::ui
