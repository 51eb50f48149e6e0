// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/trajectory.h"

#include <algorithm>

namespace diffuscope::record {

MemoryBudget::MemoryBudget(std::size_t budgetBytes, int frames, std::size_t bytesPerFrame) : m_frames(frames)
{
    const std::size_t planned = std::size_t(std::max(frames, 0)) * bytesPerFrame;
    if (planned <= budgetBytes || frames <= 2)
        return;
    // A frame at full precision costs half of its bytes more than one at half precision.
    const std::size_t allHalf = planned / 2;
    const std::size_t spareBytes = budgetBytes > allHalf ? budgetBytes - allHalf : 0;
    const int spareFrames = int(spareBytes / std::max<std::size_t>(bytesPerFrame / 2, 1));
    m_fullAtEnd = std::clamp(spareFrames - 1, 1, std::max(1, frames / 32));
    const int keyFrames = spareFrames - m_fullAtEnd;
    m_keyInterval = keyFrames < 2 ? frames : std::max(2, (frames + keyFrames - 1) / keyFrames);
}

Precision MemoryBudget::precisionOf(int frame) const
{
    const bool isKey = frame % m_keyInterval == 0 || frame + m_fullAtEnd >= m_frames;
    return isKey ? Precision::full : Precision::half;
}

std::size_t Trajectory::bytes() const
{
    std::size_t sum = 0;
    for (const auto& frame : frames)
        sum += frame->bytes();
    return sum;
}

}  // namespace diffuscope::record
