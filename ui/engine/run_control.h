// SPDX-License-Identifier: GPL-3.0-or-later
// How the GUI's thread steers a run that is going on the worker's: stop, yield, pause, single steps.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace diffuscope::ui {

/// One run's controls, shared by both threads. Nothing here waits but waitForTurn(), which the worker calls.
class RunControl
{
public:
    /// Ends the run before its next network evaluation.
    void requestStop() { m_stop.request_stop(); }
    std::stop_token token() const { return m_stop.get_token(); }

    /// Ends the run as soon as it has shown its first frame: a newer recipe waits, but under a steady stream
    /// of edits every run would otherwise be stopped before it showed anything.
    void requestYield() { m_yield = true; }
    bool yieldRequested() const { return m_yield; }

    void pause();
    void resume();
    /// While paused: lets one step pass.
    void allowOneStep();

    /// Waits while paused. Whether the next step may be done; false once the run is to stop.
    bool waitForTurn();

private:
    std::stop_source m_stop;
    std::atomic<bool> m_yield = false;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_paused = false;
    int m_allowedSteps = 0;
};

}  // namespace diffuscope::ui
