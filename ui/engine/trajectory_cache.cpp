// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/trajectory_cache.h"

#include <algorithm>

namespace diffuscope::ui {

const RunUpdate* TrajectoryCache::find(const recipe::RunPlan& plan)
{
    return findWhere([&plan](const RunUpdate& run) { return run.plan() == plan; });
}

const RunUpdate* TrajectoryCache::findWhere(const std::function<bool(const RunUpdate&)>& holds)
{
    const auto found =
        std::ranges::find_if(m_runs, [&holds](const Entry& entry) { return holds(entry.run); });
    if (found == m_runs.end())
        return nullptr;
    m_runs.splice(m_runs.begin(), m_runs, found);
    return &m_runs.front().run;
}

void TrajectoryCache::insert(const RunUpdate& run)
{
    if (find(run.plan())) {
        m_bytes -= m_runs.front().bytes;
        m_runs.pop_front();
    }
    const std::size_t bytes = run.trajectory->bytes();
    if (bytes > m_budgetBytes)
        return;
    m_runs.push_front({run, bytes});
    m_bytes += bytes;
    while (m_bytes > m_budgetBytes) {
        m_bytes -= m_runs.back().bytes;
        m_runs.pop_back();
    }
}

void TrajectoryCache::clear()
{
    m_runs.clear();
    m_bytes = 0;
}

}  // namespace diffuscope::ui
