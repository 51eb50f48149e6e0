// SPDX-License-Identifier: GPL-3.0-or-later
// Where the frames of a run stand on an axis that counts steps, times, log-SNR or network evaluations.
// Numbers only, no widget.
#pragma once

#include "ui/document/plot_cursors.h"
#include "ui/engine/run_update.h"

#include <vector>

namespace diffuscope::ui {

class FrameKeys
{
public:
    FrameKeys() = default;
    /// Of all planned frames: what has not arrived stands where the grid, or the pace so far, will put it.
    FrameKeys(FrameAxis axis, const RunUpdate& run);

    FrameAxis axis() const { return m_axis; }
    bool empty() const { return m_keys.empty(); }
    int size() const { return int(m_keys.size()); }
    /// Finite: a level without noise stands one step behind the last one with noise, one without signal
    /// before the first one with signal.
    double key(int frame) const { return m_keys.at(std::size_t(frame)); }
    /// What the axis counts at the frame; NaN for the time of a clean level, ±∞ for its log-SNR.
    double value(int frame) const { return m_values.at(std::size_t(frame)); }
    /// The nearest of the first `arrived` frames, −1 if there is none.
    int nearest(double key, int arrived) const;

    double first() const { return m_keys.front(); }
    double last() const { return m_keys.back(); }
    bool operator==(const FrameKeys& other) const { return m_axis == other.m_axis && m_keys == other.m_keys; }

private:
    FrameAxis m_axis = FrameAxis::step;
    std::vector<double> m_values;
    std::vector<double> m_keys;
};

}  // namespace diffuscope::ui
