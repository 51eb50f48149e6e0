// SPDX-License-Identifier: GPL-3.0-or-later
// The frames of a run so far, shared and immutable frame by frame, under a memory budget.
#pragma once

#include "core/record/frame.h"

#include <memory>

namespace diffuscope::record {

using FramePtr = std::shared_ptr<const Frame>;

/// Which frames keep full precision so that `frames` frames of `bytesPerFrame` (at full precision) stay
/// within a budget: all of them if they fit, otherwise evenly spaced key frames, and the last few (1/32 of
/// all, the result always): there the noise estimate divides by a small sigma, which would make half
/// precision's error visible. The rest is kept at half precision, even where all at half precision are more
/// than the budget.
class MemoryBudget
{
public:
    static constexpr std::size_t defaultBytes = std::size_t(320) << 20;

    MemoryBudget(std::size_t budgetBytes, int frames, std::size_t bytesPerFrame);

    Precision precisionOf(int frame) const;
    /// Every frame is at full precision.
    bool keepsAll() const { return m_keyInterval == 1; }
    /// Frames 0, n, 2n, … keep full precision, and the last ones; 1 if all do.
    int keyInterval() const { return m_keyInterval; }

private:
    int m_frames = 0;
    int m_keyInterval = 1;
    int m_fullAtEnd = 1;
};

/// A growing list of frames. Copying it copies pointers only.
struct Trajectory
{
    std::vector<FramePtr> frames;
    int plannedFrames = 0;  ///< steps + 1
    int keyInterval = 1;    ///< see MemoryBudget::keyInterval()

    int size() const { return int(frames.size()); }
    bool isComplete() const { return plannedFrames > 0 && size() == plannedFrames; }
    std::size_t bytes() const;
};

}  // namespace diffuscope::record
