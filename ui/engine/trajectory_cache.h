// SPDX-License-Identifier: GPL-3.0-or-later
// The finished runs of recent recipes, so that going back to one shows it at once.
#pragma once

#include "ui/engine/run_update.h"

#include <cstddef>
#include <functional>
#include <list>

namespace diffuscope::ui {

/// Least recently used runs go first when the budget is exceeded. A plan determines its run, so it is the
/// key. Frames that a branch shares with its parent count for both.
class TrajectoryCache
{
public:
    /// Small beside the memory of one large run (record::MemoryBudget::defaultBytes), so that both fit a
    /// laptop.
    static constexpr std::size_t defaultBytes = std::size_t(192) << 20;

    explicit TrajectoryCache(std::size_t budgetBytes = defaultBytes) : m_budgetBytes(budgetBytes) {}

    /// The finished run of this plan, or null; it becomes the most recently used. Valid until the next
    /// insert().
    const RunUpdate* find(const recipe::RunPlan& plan);
    const RunUpdate* find(const recipe::Recipe& recipe) { return find(recipe::RunPlan{recipe, {}}); }
    /// The most recently used run for which `holds` is true, or null; it becomes the most recently used.
    const RunUpdate* findWhere(const std::function<bool(const RunUpdate&)>& holds);
    /// Keeps a finished run; one that alone exceeds the budget is not kept.
    void insert(const RunUpdate& run);
    void clear();

    int size() const { return int(m_runs.size()); }
    std::size_t bytes() const { return m_bytes; }

private:
    struct Entry
    {
        RunUpdate run;
        std::size_t bytes = 0;
    };

    /// The most recently used first.
    std::list<Entry> m_runs;
    std::size_t m_bytes = 0;
    std::size_t m_budgetBytes;
};

}  // namespace diffuscope::ui
