// What the window shows and edits: the recipe, the run that is looked at, and where in it one looks.
#pragma once

#include "ui/document/playhead.h"
#include "ui/document/plot_cursors.h"
#include "ui/engine/run_update.h"

#include <QObject>
#include <QUndoStack>

#include <chrono>
#include <optional>

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
    const session::Recipe& recipe() const { return m_recipe; }
    /// Makes this the recipe; can be undone.
    void setRecipe(const session::Recipe& recipe);
    /// Makes this the recipe of a fresh document: nothing to undo.
    void loadRecipe(const session::Recipe& recipe);
    QUndoStack& undoStack() { return m_undoStack; }
    /// A hand takes hold of something: until endGesture() all edits undo as one step.
    void beginGesture();
    void endGesture() { m_gesture = 0; }
    void setMergeWindow(std::chrono::milliseconds window) { m_mergeWindow = window; }

    // Sampling
    /// Whether every edit samples at once (as it does at first).
    bool isAutoRun() const { return m_autoRun; }
    /// Turned on, samples the recipe.
    void setAutoRun(bool on);
    /// Samples the recipe now.
    void sample();
    void cancelSampling();
    /// How the newest run is doing; its frames may not be shown yet.
    RunState state() const { return m_state; }
    /// Why the newest run did not come about; absent once one has shown a frame.
    const std::optional<Failure>& failure() const { return m_failure; }

    // What is shown
    /// The run that is shown, and the recipe it is of; `run` is 0 before the first.
    const RunUpdate& shownRun() const { return m_shown; }
    const record::Trajectory& trajectory() const { return *m_shown.trajectory; }
    /// The frame at the playhead; null before the first.
    record::FramePtr frame() const;

    // The playhead, in frames
    /// The frame to show, −1 if there is none.
    int playhead() const { return m_playhead.shown(); }
    /// The frame that is shown when nothing is hovered over.
    int committedFrame() const { return m_playhead.chosen(); }
    bool isPreviewing() const { return m_playhead.isPreviewing(); }
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

    // Selection
    /// The image that was picked, −1 for none.
    int selectedImage() const { return m_selectedImage; }
    void selectImage(int image);
    record::Layer layer() const { return m_layer; }
    void setLayer(record::Layer layer);

Q_SIGNALS:
    void recipeChanged(const diffuscope::session::Recipe& recipe);
    void autoRunChanged(bool on);
    /// Another run is shown, or more of it has arrived, or it has ended.
    void trajectoryChanged(const diffuscope::ui::RunUpdate& shown);
    void stateChanged(diffuscope::ui::RunState state);
    void playheadChanged(int frame);
    void selectionChanged(int image);
    void layerChanged(diffuscope::record::Layer layer);
    /// failure() came or went.
    void failureChanged();

private:
    void applyRecipe(const session::Recipe& recipe);
    void show(const RunUpdate& update);
    void setState(RunState state);
    void setFailure(std::optional<Failure> failure);
    template <typename Change>
    void changePlayhead(const Change& change);

    SamplingService& m_service;
    session::Recipe m_recipe;
    QUndoStack m_undoStack;
    std::chrono::milliseconds m_mergeWindow = usualMergeWindow;
    int m_gesture = 0;  ///< the number of the one that is going; 0 for none
    int m_gestures = 0;
    bool m_autoRun = true;

    RunUpdate m_shown;
    RunState m_state = RunState::idle;
    std::optional<Failure> m_failure;

    Playhead m_playhead;
    PlotCursors m_cursors;
    int m_selectedImage = -1;
    record::Layer m_layer = record::Layer::x0Hat;
};

}  // namespace diffuscope::ui

Q_DECLARE_METATYPE(diffuscope::record::Layer)
