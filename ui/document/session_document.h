// SPDX-License-Identifier: GPL-3.0-or-later
// What the window shows and edits: the session's runs, the recipe of one of them, and where in it one looks.
#pragma once

#include "ui/document/playhead.h"
#include "ui/document/plot_cursors.h"
#include "ui/document/session_command.h"
#include "ui/document/view_state.h"
#include "ui/engine/run_update.h"

#include <QObject>
#include <QUndoStack>

#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace diffuscope::ui {

class SamplingService;

/// The one state that panels and views share. They change it through its functions and follow its signals;
/// none talks to another. The run that is shown stays until the first frame of a newer one has arrived.
class SessionDocument : public QObject
{
    Q_OBJECT

public:
    /// Edits that follow within this time of each other and concern the same part undo as one.
    static constexpr std::chrono::milliseconds usualMergeWindow{800};

    /// The service must outlive the document.
    explicit SessionDocument(SamplingService& service, QObject* parent = nullptr);

    // The recipe
    /// That of the current run.
    const recipe::Recipe& recipe() const { return m_recipe; }
    /// Makes this the recipe; can be undone. A run that others branch off stays as it is, and one that is
    /// paused, or looked at in the middle in branch mode, goes on from there as a branch: the recipe is then
    /// that of a new run. `written` is how its prompt was written; where that is left out it stays as it was
    /// for the same prompt, and is forgotten with another.
    void setRecipe(const recipe::Recipe& recipe,
                   const std::optional<session::WrittenPrompt>& written = std::nullopt);
    /// How the recipe's prompt was written, where some of its words are switched off.
    const session::WrittenPrompt& writtenPrompt() const;
    /// Makes this the recipe of the only run of a fresh session: nothing to undo.
    void loadRecipe(const recipe::Recipe& recipe) { loadPlan({recipe, {}}); }
    /// The same with the runs that it leaves.
    void loadPlan(const recipe::RunPlan& plan);
    QUndoStack& undoStack() { return m_undoStack; }
    /// A hand takes hold of something: until endGesture() all edits undo as one step.
    void beginGesture();
    void endGesture() { m_gesture = 0; }
    void setMergeWindow(std::chrono::milliseconds window) { m_mergeWindow = window; }

    // The session (session_document_tree.cpp)
    const session::Session& session() const { return m_edited.session; }
    /// The id of the run that is edited and shown.
    int currentRun() const { return m_edited.current; }
    /// Everything that determines the current run.
    recipe::RunPlan plan() const { return m_edited.session.planOf(m_edited.current); }
    /// Begins anew with a session that was stored; nothing to undo. `run` is the one to look at, if it is
    /// there.
    void loadSession(const session::Session& session, int run);
    /// Looks at another run, and edits it.
    void selectRun(int id);
    /// The frame at which branchHere() would branch, −1 where nothing can be gone on from.
    int branchFrame() const;
    /// A branch of the shown run at the playhead (of a paused run, at the newest frame) with its recipe.
    void branchHere();
    /// A run of its own with this recipe, beside the others.
    void addRun(const recipe::Recipe& recipe, const QString& text) { addPlan({recipe, {}}, text); }
    /// A run of this plan; of the runs that it leaves, those that are not in the session yet are added with
    /// it, all in one step of undo.
    void addPlan(const recipe::RunPlan& plan, const QString& text);
    /// The same, leaving the run that the current one leaves where that is a branch.
    void addBeside(const recipe::Recipe& recipe, const QString& text);
    void renameRun(int id, const QString& name);
    void setRunNote(int id, const QString& note);
    /// With all that branch off it; the last run cannot be deleted.
    void deleteRun(int id);
    bool canDeleteRun(int id) const;
    /// Edits in the middle of a run make a branch there.
    bool isBranchMode() const { return m_branchMode; }
    void setBranchMode(bool on);
    /// The runs that are compared, for a session's view state; none where one run is shown.
    const std::vector<int>& comparedRuns() const { return m_comparedRuns; }
    void setComparedRuns(std::vector<int> runs) { m_comparedRuns = std::move(runs); }
    /// The result of the run, as it was last sampled by its plan or stored; null where it is not known.
    record::FramePtr resultOf(int id) const;
    /// A result that was stored, until the run is sampled.
    void setStoredResult(int id, record::FramePtr result);
    /// A run that was sampled elsewhere, e.g. in the background.
    void noteResult(const RunUpdate& finished);

    // Sampling
    /// Whether every edit samples at once (as it does at first).
    bool isAutoRun() const { return m_autoRun; }
    /// Turned on, samples the recipe.
    void setAutoRun(bool on);
    /// Samples the recipe now.
    void sample();
    void cancelSampling();
    /// Holds the run that is going before its next step; an edit then branches off where it is held.
    void pauseSampling();
    void resumeSampling();
    bool isSamplingPaused() const;
    SamplingService& service() { return m_service; }
    /// How the newest run is doing; its frames may not be shown yet.
    RunState state() const { return m_state; }
    /// Why the newest run did not come about; absent once one has shown a frame.
    const std::optional<Failure>& failure() const { return m_failure; }

    // What is shown
    /// The run that is shown, and the recipe it is of; `run` is 0 before the first.
    const RunUpdate& shownRun() const { return m_shown; }
    const record::Trajectory& trajectory() const { return *m_shown.trajectory; }
    /// The run that is shown could not be sampled: its one frame is the result that was stored, without
    /// schedule and grid.
    bool showsStoredResult() const { return m_showsStored; }
    /// The frame at the playhead; null before the first.
    record::FramePtr frame() const;

    // The image that alone is in view
    /// Of runs that start from now on it comes first; −1 where all are in view.
    void setLookedAt(int image);
    /// The newest run with its first look, while that is ahead of what is shown; null otherwise.
    const RunUpdate* firstLook() const;
    /// The frame of the first look that stands at the playhead.
    record::FramePtr firstLookFrame() const;

    // The playhead, in frames
    /// The frame to show, −1 if there is none.
    int playhead() const { return m_playhead.shown(); }
    /// The frame that is shown when nothing is hovered over.
    int committedFrame() const { return m_playhead.chosen(); }
    bool isPreviewing() const { return m_playhead.isPreviewing(); }
    /// The chosen place as a fraction of the run, for a session's view state.
    double playheadPlace() const { return m_playhead.place(); }
    void setPlayheadPlace(double place);
    /// Hovering: shows this frame until leavePreview() or a commit.
    void previewFrame(int frame);
    void leavePreview();
    /// A click, a key: looks at this frame from now on. The newest frame of a run means its end, which is
    /// followed.
    void commitFrame(int frame);
    /// As commitFrame(), beneath what is hovered over; for playback.
    void moveCommittedFrame(int frame);
    /// The second cursor and the bottom axis of all plots over frames.
    PlotCursors& cursors() { return m_cursors; }
    const PlotCursors& cursors() const { return m_cursors; }
    /// Everything else about how one looks at runs.
    ViewState& view() { return m_view; }
    const ViewState& view() const { return m_view; }

    // Selection
    /// The image that was picked, −1 for none.
    int selectedImage() const { return m_selectedImage; }
    void selectImage(int image);
    record::Layer layer() const { return m_layer; }
    void setLayer(record::Layer layer);

Q_SIGNALS:
    void recipeChanged(const diffuscope::recipe::Recipe& recipe);
    /// Another writtenPrompt(), also where the recipe is the same.
    void writtenPromptChanged();
    /// A run came, went, or was edited, or another one is current.
    void sessionChanged();
    void currentRunChanged(int id);
    void branchModeChanged(bool on);
    void samplingPausedChanged(bool paused);
    /// resultOf() this run is another.
    void resultChanged(int id);
    /// branchFrame() or canDeleteRun() may have changed.
    void branchFrameChanged();
    void autoRunChanged(bool on);
    /// Another run is shown, or more of it has arrived, or it has ended.
    void trajectoryChanged(const diffuscope::ui::RunUpdate& shown);
    void stateChanged(diffuscope::ui::RunState state);
    /// firstLook() came, went or has another frame.
    void firstLookChanged();
    void playheadChanged(int frame);
    void selectionChanged(int image);
    void layerChanged(diffuscope::record::Layer layer);
    /// failure() came or went.
    void failureChanged();

private:
    void apply(const SessionState& state);
    void push(const QString& text, SessionState after, EditMerge merge = {});
    int branchFrameOfEdit() const;
    void keepWritten(SessionState& after) const;
    bool showsCurrentRun() const;
    void show(const RunUpdate& update);
    RunUpdate withStoredResult(const RunUpdate& failed) const;
    void takeFirstLook(const RunUpdate& update);
    void setState(RunState state);
    void setFailure(std::optional<Failure> failure);
    template <typename Change>
    void changePlayhead(const Change& change);

    SamplingService& m_service;
    SessionState m_edited;
    recipe::Recipe m_recipe;  ///< of the current run
    bool m_branchMode = false;
    std::vector<int> m_comparedRuns;
    int m_heldFrame = -1;  ///< where a branch was made whose run is not shown yet
    struct Result
    {
        recipe::RunPlan plan;
        record::FramePtr frame;
    };
    std::map<int, Result> m_results;
    QUndoStack m_undoStack;
    std::chrono::milliseconds m_mergeWindow = usualMergeWindow;
    int m_gesture = 0;  ///< the number of the one that is going; 0 for none
    int m_gestures = 0;
    bool m_autoRun = true;

    RunUpdate m_shown;
    bool m_showsStored = false;
    std::optional<RunUpdate> m_firstLook;
    RunState m_state = RunState::idle;
    std::optional<Failure> m_failure;

    Playhead m_playhead;
    PlotCursors m_cursors;
    ViewState m_view;
    int m_selectedImage = -1;
    record::Layer m_layer = record::Layer::x0Hat;
};

}  // namespace diffuscope::ui
