// SPDX-License-Identifier: GPL-3.0-or-later
// The per-step figures of a run that grows, worked out a little at a time.
#pragma once

#include "core/record/step_quantities.h"
#include "core/record/trajectory.h"

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <memory>
#include <vector>

namespace diffuscope::ui {

/// Follows a trajectory: each frame's figures are computed once, in slices of a few milliseconds between
/// events, so that a finished run of 1,000 steps that is shown at once does not hold up the window.
class StepSeries : public QObject
{
    Q_OBJECT

public:
    /// Computing returns to the event loop after this time.
    static constexpr int sliceMs = 3;

    explicit StepSeries(QObject* parent = nullptr);

    /// Follows this state (not null) of the run `run`. Starts over where the run or the images that count are
    /// others than before.
    void follow(std::uint64_t run, std::shared_ptr<const record::Trajectory> trajectory, int selectedImage);

    /// Of frames 0 … size() − 1, as far as they have been computed.
    const std::vector<record::StepQuantities>& quantities() const { return m_quantities; }
    /// A frame of the trajectory that is followed.
    const record::Frame& frame(int index) const { return *m_trajectory->frames.at(std::size_t(index)); }
    /// All frames that were given have been computed.
    bool isUpToDate() const { return m_quantities.size() == m_trajectory->frames.size(); }
    /// How many frames have been computed since this object was made.
    int framesComputed() const { return m_framesComputed; }

Q_SIGNALS:
    /// What was computed no longer counts.
    void restarted();
    /// quantities() has more entries.
    void grew();

private:
    void computeSlice();

    std::shared_ptr<const record::Trajectory> m_trajectory = std::make_shared<const record::Trajectory>();
    std::uint64_t m_run = 0;
    std::vector<int> m_images;
    std::vector<record::StepQuantities> m_quantities;
    int m_framesComputed = 0;
    QTimer m_nextSlice;
};

}  // namespace diffuscope::ui
