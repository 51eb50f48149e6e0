#include "core/record/trajectory.h"

#include <algorithm>

namespace diffuscope::record {

MemoryBudget::MemoryBudget(std::size_t budgetBytes, int frames, std::size_t bytesPerFrame) : m_frames(frames)
{
    const std::size_t planned = std::size_t(std::max(frames, 0)) * bytesPerFrame;
    if (planned <= budgetBytes || frames <= 2)
        return;
    // n key frames cost n/2 frames more than all frames at half precision.
    const std::size_t allHalf = planned / 2;
    const std::size_t spare = budgetBytes > allHalf ? budgetBytes - allHalf : 0;
    const std::size_t keyFrames = bytesPerFrame > 0 ? spare / std::max<std::size_t>(bytesPerFrame / 2, 1) : 0;
    m_keyInterval = keyFrames <= 2 ? frames : std::max(2, int((std::size_t(frames) + keyFrames - 3) / (keyFrames - 2)));
}

Precision MemoryBudget::precisionOf(int frame) const
{
    const bool isKey = frame % m_keyInterval == 0 || frame + 1 == m_frames;
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
