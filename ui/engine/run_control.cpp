// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/run_control.h"

namespace diffuscope::ui {

void RunControl::pause()
{
    const std::lock_guard lock(m_mutex);
    m_paused = true;
}

void RunControl::resume()
{
    {
        const std::lock_guard lock(m_mutex);
        m_paused = false;
        m_allowedSteps = 0;
    }
    m_changed.notify_all();
}

void RunControl::allowOneStep()
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_paused)
            ++m_allowedSteps;
    }
    m_changed.notify_all();
}

bool RunControl::waitForTurn()
{
    const std::stop_token stop = m_stop.get_token();
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, stop, [this] { return !m_paused || m_allowedSteps > 0; });
    if (stop.stop_requested())
        return false;
    if (m_paused)
        --m_allowedSteps;
    return true;
}

}  // namespace diffuscope::ui
