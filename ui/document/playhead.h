// SPDX-License-Identifier: GPL-3.0-or-later
// Where in a trajectory one looks: a place that was chosen, and one that is only hovered over.
#pragma once

#include <optional>

namespace diffuscope::ui {

/// The chosen place is a fraction of the planned frames, so that it means the same in a run with another
/// number of steps, and the end stays the end. While the chosen frame has not arrived the newest one is
/// shown: who looks at the end follows the run.
class Playhead
{
public:
    /// What there is to look at: `arrived` frames of `planned`.
    void setExtent(int arrived, int planned);

    /// The frame to show, −1 if there is none.
    int shown() const;
    /// The frame that is shown when nothing is hovered over, −1 if there is none.
    int chosen() const;
    bool isPreviewing() const { return m_preview.has_value(); }

    /// Looks at this frame from now on (the nearest there is); the newest frame means the end.
    void choose(int frame);
    /// Looks at this frame from now on, also where it or those after it have not arrived yet.
    void hold(int frame);
    /// The chosen place: 0 is the first frame, 1 the last.
    double place() const { return m_place; }
    void setPlace(double place) { m_place = place; }
    /// Looks at this frame until leave().
    void preview(int frame) { m_preview = frame; }
    void leave() { m_preview.reset(); }

private:
    int m_arrived = 0;
    int m_planned = 0;
    double m_place = 1;  ///< of the planned frames, 0 … 1
    std::optional<int> m_preview;
};

}  // namespace diffuscope::ui
