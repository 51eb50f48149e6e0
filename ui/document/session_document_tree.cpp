// SPDX-License-Identifier: GPL-3.0-or-later
// The document's session: which runs there are, how they branch, and undo for all of it.
#include "ui/document/recipe_difference.h"
#include "ui/document/session_document.h"
#include "ui/engine/failure.h"
#include "ui/engine/sampling_service.h"

#include <utility>

namespace diffuscope::ui {

void SessionDocument::push(const QString& text, SessionState after, EditMerge merge)
{
    if (after == m_edited)
        return;
    m_undoStack.push(new SessionCommand(
        text, m_edited, std::move(after), [this](const SessionState& state) { apply(state); },
        std::move(merge)));
}

/// Samples where the current run has become another.
void SessionDocument::apply(const SessionState& state)
{
    const recipe::RunPlan before = m_edited.session.planOf(m_edited.current);
    const int currentBefore = m_edited.current;
    const session::WrittenPrompt writtenBefore = writtenPrompt();
    m_edited = state;
    const recipe::RunPlan after = m_edited.session.planOf(m_edited.current);
    const bool isNewRecipe = std::exchange(m_recipe, after.recipe) != after.recipe;
    std::erase_if(m_results, [this](const auto& entry) {
        return !m_edited.session.find(entry.first) ||
               m_edited.session.planOf(entry.first) != entry.second.plan;
    });
    Q_EMIT sessionChanged();
    if (m_edited.current != currentBefore)
        Q_EMIT currentRunChanged(m_edited.current);
    if (isNewRecipe)
        Q_EMIT recipeChanged(m_recipe);
    if (writtenPrompt() != writtenBefore)
        Q_EMIT writtenPromptChanged();
    if (after != before && m_autoRun)
        sample();
    Q_EMIT branchFrameChanged();
}

const session::WrittenPrompt& SessionDocument::writtenPrompt() const
{
    return m_edited.session.run(m_edited.current).written;
}

/// A new run with the prompt of the current one has it written as there.
void SessionDocument::keepWritten(SessionState& after) const
{
    if (after.session.run(after.current).recipe.condition.text.prompt == m_recipe.condition.text.prompt)
        after.session.setWritten(after.current, writtenPrompt());
}

void SessionDocument::setRecipe(const recipe::Recipe& recipe,
                                const std::optional<session::WrittenPrompt>& written)
{
    const bool isSamePrompt = recipe.condition.text.prompt == m_recipe.condition.text.prompt;
    const session::WrittenPrompt now =
        written.value_or(isSamePrompt ? writtenPrompt() : session::WrittenPrompt());
    if (recipe == m_recipe && now == writtenPrompt())
        return;
    EditMerge merge{differingParts(m_recipe, recipe), m_mergeWindow, m_gesture};
    if (merge.parts.empty())
        merge.parts = {"condition.prompt"};
    QString text = editName(merge.parts);
    SessionState after = m_edited;
    session::Session& runs = after.session;
    try {
        if (recipe == m_recipe) {
            // Its prompt is written in another way: the run is the same.
        } else if (const int frame = branchFrameOfEdit(); frame >= 0) {
            after.current = runs.addBranch(runs.ownerOf(m_edited.current, frame), frame, recipe);
            text = tr("%1 from Step %2 On").arg(text).arg(frame + 1);
            m_heldFrame = frame;
        } else if (!runs.branchesOf(m_edited.current).empty()) {
            const session::SessionRun& stays = runs.run(m_edited.current);
            after.current =
                stays.parent == 0 ? runs.addRun(recipe) : runs.addBranch(stays.parent, stays.frame, recipe);
        } else {
            runs.setRecipe(m_edited.current, recipe);
        }
    } catch (const Error&) {
        setFailure(failureOf(std::current_exception()));
        Q_EMIT recipeChanged(m_recipe);  // the controls go back
        return;
    }
    runs.setWritten(after.current, now);
    push(text, std::move(after), std::move(merge));
}

void SessionDocument::loadPlan(const recipe::RunPlan& plan)
{
    session::Session fresh;
    const int run = fresh.addPlan(plan);
    loadSession(fresh, run);
}

void SessionDocument::loadSession(const session::Session& session, int run)
{
    m_undoStack.clear();
    m_results.clear();
    m_heldFrame = -1;
    SessionState state{session, session.find(run) ? run : session.runs().front().id};
    // A recipe that is loaded is shown and sampled whatever there was before.
    m_edited = std::move(state);
    m_recipe = m_edited.session.run(m_edited.current).recipe;
    Q_EMIT sessionChanged();
    Q_EMIT currentRunChanged(m_edited.current);
    Q_EMIT recipeChanged(m_recipe);
    if (m_autoRun)
        sample();
    Q_EMIT branchFrameChanged();
}

void SessionDocument::selectRun(int id)
{
    if (id == m_edited.current || !m_edited.session.find(id))
        return;
    apply({m_edited.session, id});
    if (!m_autoRun)
        sample();
}

bool SessionDocument::showsCurrentRun() const
{
    return m_shown.run != 0 && m_shown.plan() == m_edited.session.planOf(m_edited.current);
}

int SessionDocument::branchFrame() const
{
    if (!showsCurrentRun())
        return -1;
    const int newest = m_shown.trajectory->size() - 1;
    const int frame = isSamplingPaused() ? newest : playhead();
    return frame >= 0 && frame + 1 < m_shown.trajectory->plannedFrames ? frame : -1;
}

/// Where an edit branches; −1 where it does not.
int SessionDocument::branchFrameOfEdit() const
{
    if (!m_branchMode && !isSamplingPaused())
        return -1;
    const int frame = isSamplingPaused() ? branchFrame() : committedFrame();
    const bool isInside = showsCurrentRun() && frame > 0 && frame + 1 < m_shown.trajectory->plannedFrames;
    const session::SessionRun& current = m_edited.session.run(m_edited.current);
    const bool isItsBegin = current.parent != 0 && current.frame == frame;
    return isInside && !isItsBegin ? frame : -1;
}

void SessionDocument::branchHere()
{
    const int frame = branchFrame();
    if (frame < 0)
        return;
    SessionState after = m_edited;
    try {
        after.current =
            after.session.addBranch(after.session.ownerOf(m_edited.current, frame), frame, m_recipe);
        keepWritten(after);
    } catch (const Error&) {
        setFailure(failureOf(std::current_exception()));
        return;
    }
    m_heldFrame = frame;
    push(tr("Branch at Step %1").arg(frame + 1), std::move(after));
}

void SessionDocument::addPlan(const recipe::RunPlan& plan, const QString& text)
{
    SessionState after = m_edited;
    try {
        after.current = after.session.addPlan(plan);
        keepWritten(after);
    } catch (const Error&) {
        setFailure(failureOf(std::current_exception()));
        return;
    }
    push(text, std::move(after));
}

void SessionDocument::addBeside(const recipe::Recipe& recipe, const QString& text)
{
    const session::SessionRun current = m_edited.session.run(m_edited.current);
    if (current.parent == 0)
        return addRun(recipe, text);
    SessionState after = m_edited;
    try {
        after.current = after.session.addBranch(current.parent, current.frame, recipe);
        keepWritten(after);
    } catch (const Error&) {
        setFailure(failureOf(std::current_exception()));
        return;
    }
    push(text, std::move(after));
}

void SessionDocument::renameRun(int id, const QString& name)
{
    SessionState after = m_edited;
    after.session.setName(id, name.trimmed().toStdString());
    push(tr("Rename Run"), std::move(after));
}

void SessionDocument::setRunNote(int id, const QString& note)
{
    SessionState after = m_edited;
    after.session.setNote(id, note.toStdString());
    push(tr("Edit Note"), std::move(after), {{"note." + std::to_string(id)}, m_mergeWindow, 0});
}

bool SessionDocument::canDeleteRun(int id) const
{
    SessionState after = m_edited;
    after.session.remove(id);
    return !after.session.empty();
}

void SessionDocument::deleteRun(int id)
{
    SessionState after = m_edited;
    const int parent = after.session.run(id).parent;
    after.session.remove(id);
    if (after.session.empty())
        return;
    if (!after.session.find(after.current))
        after.current = parent != 0 ? parent : after.session.runs().back().id;
    push(tr("Delete Run"), std::move(after));
}

void SessionDocument::setBranchMode(bool on)
{
    if (std::exchange(m_branchMode, on) != on)
        Q_EMIT branchModeChanged(on);
}

record::FramePtr SessionDocument::resultOf(int id) const
{
    const auto found = m_results.find(id);
    return found == m_results.end() ? nullptr : found->second.frame;
}

void SessionDocument::setStoredResult(int id, record::FramePtr result)
{
    if (!result || !m_edited.session.find(id))
        return;
    m_results[id] = {m_edited.session.planOf(id), std::move(result)};
    Q_EMIT resultChanged(id);
}

void SessionDocument::noteResult(const RunUpdate& finished)
{
    if (finished.trajectory->frames.empty())
        return;
    for (const session::SessionRun& run : m_edited.session.runs())
        if (run.recipe == *finished.recipe && m_edited.session.planOf(run.id) == finished.plan()) {
            m_results[run.id] = {finished.plan(), finished.trajectory->frames.back()};
            Q_EMIT resultChanged(run.id);
        }
}

void SessionDocument::pauseSampling()
{
    m_service.pause();
}

void SessionDocument::resumeSampling()
{
    m_service.resume();
}

bool SessionDocument::isSamplingPaused() const
{
    return m_service.isPaused();
}

}  // namespace diffuscope::ui
