// SPDX-License-Identifier: GPL-3.0-or-later
// What all plots over frames share besides the playhead: the second cursor, and what their bottom axis
// counts.
#pragma once

#include "ui/document/playhead.h"

#include <QObject>

#include <optional>

namespace diffuscope::ui {

/// What frames are plotted over.
enum class FrameAxis {
    step,         ///< 1, 2, …
    time,         ///< training time t
    logSnr,       ///< log(α²/σ²)
    evaluations,  ///< network evaluations (NFE) spent before the frame
};

/// The first cursor, A, is the playhead; the second, B, stays where it was put. Like the playhead's its place
/// is a fraction of the run, so that it means the same in a run with another number of steps.
class PlotCursors : public QObject
{
    Q_OBJECT

public:
    explicit PlotCursors(QObject* parent = nullptr) : QObject(parent) {}

    FrameAxis axis() const { return m_axis; }
    void setAxis(FrameAxis axis);

    /// The frame at cursor B, −1 where there is none.
    int second() const { return m_second ? m_second->chosen() : -1; }
    void placeSecond(int frame);
    void removeSecond();
    /// What there is to look at: `arrived` frames of `planned`.
    void setExtent(int arrived, int planned);

Q_SIGNALS:
    void axisChanged(diffuscope::ui::FrameAxis axis);
    void secondChanged(int frame);

private:
    FrameAxis m_axis = FrameAxis::step;
    std::optional<Playhead> m_second;
    int m_arrived = 0;
    int m_planned = 0;
};

}  // namespace diffuscope::ui
