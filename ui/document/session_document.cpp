// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/session_document.h"

#include "ui/engine/sampling_service.h"

#include <utility>

namespace diffuscope::ui {

SessionDocument::SessionDocument(SamplingService& service, QObject* parent)
    : QObject(parent), m_service(service)
{
    m_edited.current = m_edited.session.addRun(m_recipe);
    connect(&service, &SamplingService::pausedChanged, this, [this](bool paused) {
        Q_EMIT samplingPausedChanged(paused);
        Q_EMIT firstLookChanged();
        Q_EMIT branchFrameChanged();
    });
    connect(&service, &SamplingService::runStarted, this, [this] { setState(RunState::running); });
    connect(&service, &SamplingService::runAdvanced, this, &SessionDocument::show);
    connect(&service, &SamplingService::runFinished, this, [this](const RunUpdate& update) {
        show(update);
        noteResult(update);
    });
    connect(&service, &SamplingService::runCancelled, this, &SessionDocument::show);
    connect(&service, &SamplingService::runFailed, this,
            [this](const RunUpdate& update, const Failure& failure) {
                m_heldFrame = -1;
                const bool hadStored = showsStoredResult();
                show(withStoredResult(update));
                m_showsStored = m_shown.run == update.run ? update.trajectory->frames.empty() : hadStored;
                setFailure(failure);
            });
}

void SessionDocument::beginGesture()
{
    m_gesture = ++m_gestures;
}

void SessionDocument::setAutoRun(bool on)
{
    if (std::exchange(m_autoRun, on) == on)
        return;
    Q_EMIT autoRunChanged(on);
    if (on)
        sample();
}

void SessionDocument::sample()
{
    m_service.request(m_edited.session.planOf(m_edited.current));
}

void SessionDocument::cancelSampling()
{
    m_service.cancel();
}

void SessionDocument::show(const RunUpdate& update)
{
    const bool hasFrames = !update.trajectory->frames.empty();
    takeFirstLook(update);
    if (hasFrames) {
        const bool isNewRun = std::exchange(m_shown, update).run != update.run;
        m_showsStored = false;
        if (isNewRun)
            setFailure(std::nullopt);
        const int batch = m_shown.trajectory->frames.front()->shape.batch;
        changePlayhead([&] {
            if (isNewRun)
                m_playhead.leave();  // What was hovered over is gone.
            m_playhead.setExtent(m_shown.trajectory->size(), m_shown.trajectory->plannedFrames);
            if (isNewRun && m_heldFrame >= 0)
                m_playhead.hold(std::exchange(m_heldFrame, -1));
            m_cursors.setExtent(m_shown.trajectory->size(), m_shown.trajectory->plannedFrames);
            if (m_selectedImage >= batch)
                selectImage(-1);
            Q_EMIT trajectoryChanged(m_shown);
        });
    }
    setState(update.state);
}

/// Of a run that cannot be sampled, for want of its model, the result that is known all the same.
RunUpdate SessionDocument::withStoredResult(const RunUpdate& failed) const
{
    RunUpdate known = failed;
    const record::FramePtr result = resultOf(m_edited.current);
    if (!result || !failed.trajectory->frames.empty() || failed.plan() != plan() || showsCurrentRun())
        return known;
    auto only = std::make_shared<record::Frame>(*result);
    only->index = 0;
    auto alone = std::make_shared<record::Trajectory>();
    alone->frames = {std::move(only)};
    alone->plannedFrames = 1;
    known.trajectory = std::move(alone);
    return known;
}

void SessionDocument::takeFirstLook(const RunUpdate& update)
{
    const bool had = m_firstLook.has_value();
    m_firstLook.reset();
    if (update.hasFirstLook() && update.isRunning())
        m_firstLook = update;
    if (had || m_firstLook)
        Q_EMIT firstLookChanged();
}

void SessionDocument::setLookedAt(int image)
{
    m_service.setLookedAt(image);
}

/// A run that is held is shown as far as all its images are: there a branch leaves it.
const RunUpdate* SessionDocument::firstLook() const
{
    return m_firstLook && !isSamplingPaused() && !isPreviewing() ? &*m_firstLook : nullptr;
}

record::FramePtr SessionDocument::firstLookFrame() const
{
    if (!firstLook())
        return nullptr;
    const record::Trajectory& look = *m_firstLook->firstLook.trajectory;
    Playhead there = m_playhead;
    there.setExtent(look.size(), look.plannedFrames);
    return look.frames[std::size_t(there.chosen())];
}

record::FramePtr SessionDocument::frame() const
{
    const int index = playhead();
    return index < 0 ? nullptr : m_shown.trajectory->frames[std::size_t(index)];
}

template <typename Change>
void SessionDocument::changePlayhead(const Change& change)
{
    const int before = m_playhead.shown();
    const bool wasPreviewing = isPreviewing();
    change();
    if (const int after = m_playhead.shown(); after != before)
        Q_EMIT playheadChanged(after);
    if (m_firstLook && isPreviewing() != wasPreviewing)
        Q_EMIT firstLookChanged();
    Q_EMIT branchFrameChanged();
}

void SessionDocument::previewFrame(int frame)
{
    changePlayhead([&] { m_playhead.preview(frame); });
}

void SessionDocument::leavePreview()
{
    changePlayhead([&] { m_playhead.leave(); });
}

void SessionDocument::commitFrame(int frame)
{
    changePlayhead([&] {
        m_playhead.leave();
        m_playhead.choose(frame);
    });
}

void SessionDocument::moveCommittedFrame(int frame)
{
    changePlayhead([&] { m_playhead.choose(frame); });
}

void SessionDocument::setPlayheadPlace(double place)
{
    changePlayhead([&] { m_playhead.setPlace(place); });
}

void SessionDocument::selectImage(int image)
{
    if (std::exchange(m_selectedImage, image) != image)
        Q_EMIT selectionChanged(image);
}

void SessionDocument::setLayer(record::Layer layer)
{
    if (std::exchange(m_layer, layer) != layer)
        Q_EMIT layerChanged(layer);
}

void SessionDocument::setState(RunState state)
{
    if (std::exchange(m_state, state) != state)
        Q_EMIT stateChanged(state);
}

void SessionDocument::setFailure(std::optional<Failure> failure)
{
    if (m_failure == failure)
        return;
    m_failure = std::move(failure);
    Q_EMIT failureChanged();
}

}  // namespace diffuscope::ui
