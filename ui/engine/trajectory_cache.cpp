#include "ui/engine/trajectory_cache.h"

#include <algorithm>

namespace diffuscope::ui {

const RunUpdate* TrajectoryCache::find(const session::Recipe& recipe)
{
    const auto found =
        std::ranges::find_if(m_runs, [&recipe](const Entry& entry) { return *entry.run.recipe == recipe; });
    if (found == m_runs.end())
        return nullptr;
    m_runs.splice(m_runs.begin(), m_runs, found);
    return &m_runs.front().run;
}

void TrajectoryCache::insert(const RunUpdate& run)
{
    if (find(*run.recipe)) {
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
