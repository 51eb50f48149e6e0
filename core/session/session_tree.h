// SPDX-License-Identifier: GPL-3.0-or-later
// A session: the tree of runs that a person has made, each a recipe and where it leaves which other run.
#pragma once

#include "core/recipe/run_plan.h"

#include <string>
#include <vector>

namespace diffuscope::session {

/// A prompt as a person wrote it, some of whose words are switched off: the recipe has the others.
struct WrittenPrompt
{
    std::string text{};      ///< empty where all words of the recipe's prompt are on
    std::vector<int> off{};  ///< which words of the text are off, from 0, rising

    bool operator==(const WrittenPrompt&) const = default;
};

struct SessionRun
{
    int id = 0;      ///< from 1, never used again in its session
    int parent = 0;  ///< the run that it leaves; 0 for one that starts from noise
    int frame = 0;   ///< where it leaves it; 0 for one that starts from noise
    recipe::Recipe recipe{};
    std::string name{};  ///< as a person called it; empty for none
    std::string note{};
    WrittenPrompt written{};

    bool operator==(const SessionRun&) const = default;
};

/// A plain value, small beside the runs themselves. Functions that take the id of a run that is not there
/// throw Error(internal).
class Session
{
public:
    static constexpr int mostRuns = 1000;
    static constexpr std::size_t longestName = 200;
    static constexpr std::size_t longestNote = 16 * 1024;

    /// Every run, parents before their branches.
    const std::vector<SessionRun>& runs() const { return m_runs; }
    bool empty() const { return m_runs.empty(); }
    /// The run, or null.
    const SessionRun* find(int id) const;
    const SessionRun& run(int id) const;
    /// Its branches, in the order in which they were made.
    std::vector<int> branchesOf(int id) const;
    /// How many runs lie above it.
    int depthOf(int id) const;
    /// Everything that determines the run.
    recipe::RunPlan planOf(int id) const;
    /// The run of the same line that made the state at `frame` of this one: itself, or one above it.
    int ownerOf(int id, int frame) const;

    /// Each returns the id of the new run. Throws Error(invalidOption) beyond mostRuns.
    int addRun(recipe::Recipe recipe);
    int addBranch(int parent, int frame, recipe::Recipe recipe);
    /// A run of this plan. Of those that it leaves, the ones that are not here yet are added too.
    int addPlan(const recipe::RunPlan& plan);

    /// Of a run without branches: those of one that has some would no longer be its.
    void setRecipe(int id, recipe::Recipe recipe);
    /// Cut to longestName and longestNote bytes.
    void setName(int id, std::string name);
    void setNote(int id, std::string note);
    void setWritten(int id, WrittenPrompt written);
    /// With all that branch off it.
    void remove(int id);

    /// From runs that were stored. Throws Error(invalidFile) for ids that repeat or are not positive, parents
    /// that are not there before their branches, frames below 0, and more than mostRuns.
    static Session ofRuns(std::vector<SessionRun> runs);

    bool operator==(const Session&) const = default;

private:
    SessionRun& at(int id);
    int insert(SessionRun run);

    std::vector<SessionRun> m_runs;
    int m_lastId = 0;
};

}  // namespace diffuscope::session
