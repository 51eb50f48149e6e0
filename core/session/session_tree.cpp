// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_tree.h"

#include "core/base/error.h"

#include <algorithm>
#include <set>
#include <utility>

namespace diffuscope::session {

namespace {

/// Cut between two characters of UTF-8.
std::string cutText(std::string text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
    return text;
}

[[noreturn]] void refuseTree(const std::string& problem)
{
    throw Error(ErrorCode::invalidFile, "The session's tree is damaged: " + problem + ".",
                "Open an earlier copy of the session.");
}

}  // namespace

const SessionRun* Session::find(int id) const
{
    const auto found = std::ranges::find(m_runs, id, &SessionRun::id);
    return found == m_runs.end() ? nullptr : &*found;
}

const SessionRun& Session::run(int id) const
{
    if (const SessionRun* found = find(id))
        return *found;
    throw Error(ErrorCode::internal, "The session has no run " + std::to_string(id) + ".");
}

SessionRun& Session::at(int id)
{
    return const_cast<SessionRun&>(run(id));
}

std::vector<int> Session::branchesOf(int id) const
{
    std::vector<int> branches;
    for (const SessionRun& run : m_runs)
        if (run.parent == id)
            branches.push_back(run.id);
    return branches;
}

int Session::depthOf(int id) const
{
    int depth = 0;
    for (int parent = run(id).parent; parent != 0; parent = run(parent).parent)
        ++depth;
    return depth;
}

recipe::RunPlan Session::planOf(int id) const
{
    const SessionRun& wanted = run(id);
    if (wanted.parent == 0)
        return {wanted.recipe, {}};
    return {wanted.recipe, std::make_shared<const recipe::BranchPoint>(
                               recipe::BranchPoint{planOf(wanted.parent), wanted.frame})};
}

int Session::ownerOf(int id, int frame) const
{
    const SessionRun* at = &run(id);
    while (at->parent != 0 && frame <= at->frame)
        at = &run(at->parent);
    return at->id;
}

int Session::insert(SessionRun run)
{
    if (int(m_runs.size()) >= mostRuns)
        throw Error(ErrorCode::invalidOption,
                    "A session holds at most " + std::to_string(mostRuns) + " runs.",
                    "Delete runs that are no longer needed, or start a new session.");
    run.id = ++m_lastId;
    m_runs.push_back(std::move(run));
    return m_lastId;
}

int Session::addRun(recipe::Recipe recipe)
{
    return insert({.id = 0, .parent = 0, .frame = 0, .recipe = std::move(recipe)});
}

int Session::addBranch(int parent, int frame, recipe::Recipe recipe)
{
    run(parent);
    if (depthOf(parent) >= recipe::deepestBranch)
        throw Error(ErrorCode::invalidOption,
                    "A run may have at most " + std::to_string(recipe::deepestBranch) + " others above it.",
                    "Branch from a run higher up in the tree.");
    return insert({.id = 0, .parent = parent, .frame = frame, .recipe = std::move(recipe)});
}

int Session::addPlan(const recipe::RunPlan& plan)
{
    std::vector<const recipe::RunPlan*> line;
    for (const recipe::RunPlan* at = &plan; at; at = at->from ? &at->from->run : nullptr)
        line.push_back(at);
    int parent = 0;
    for (auto place = line.rbegin(); place != line.rend(); ++place) {
        const recipe::RunPlan& at = **place;
        const int frame = at.from ? at.from->frame : 0;
        const auto isHere = [&](const SessionRun& run) {
            return run.parent == parent && run.frame == frame && run.recipe == at.recipe;
        };
        const auto found = &at == &plan ? m_runs.end() : std::ranges::find_if(m_runs, isHere);
        if (found != m_runs.end())
            parent = found->id;
        else
            parent = parent == 0 ? addRun(at.recipe) : addBranch(parent, frame, at.recipe);
    }
    return parent;
}

void Session::setRecipe(int id, recipe::Recipe recipe)
{
    at(id).recipe = std::move(recipe);
}

void Session::setName(int id, std::string name)
{
    at(id).name = cutText(std::move(name), longestName);
}

void Session::setNote(int id, std::string note)
{
    at(id).note = cutText(std::move(note), longestNote);
}

void Session::setWritten(int id, WrittenPrompt written)
{
    at(id).written = std::move(written);
}

void Session::remove(int id)
{
    run(id);
    std::set<int> gone{id};
    for (const SessionRun& run : m_runs)  // parents come first
        if (gone.contains(run.parent))
            gone.insert(run.id);
    std::erase_if(m_runs, [&gone](const SessionRun& run) { return gone.contains(run.id); });
}

Session Session::ofRuns(std::vector<SessionRun> runs)
{
    if (runs.size() > std::size_t(mostRuns))
        refuseTree("it has more than " + std::to_string(mostRuns) + " runs");
    Session session;
    for (SessionRun& run : runs) {
        const std::string name = "run " + std::to_string(run.id);
        if (run.id <= 0 || session.find(run.id))
            refuseTree(name + " is not numbered as the only one from 1 on");
        if (run.parent != 0 && !session.find(run.parent))
            refuseTree(name + " leaves a run that does not come before it");
        if (run.frame < 0 || (run.parent == 0 && run.frame != 0))
            refuseTree(name + " begins at a frame that there cannot be");
        if (run.parent != 0 && session.depthOf(run.parent) >= recipe::deepestBranch)
            refuseTree(name + " has too many runs above it");
        session.m_lastId = std::max(session.m_lastId, run.id);
        session.m_runs.push_back(std::move(run));
    }
    return session;
}

}  // namespace diffuscope::session
