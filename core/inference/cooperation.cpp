// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/cooperation.h"

#include <algorithm>

namespace diffuscope::inference {
namespace {

constexpr std::chrono::milliseconds firstPause(20), longestPause(1000);
/// Of the time it took: two threads are about 1.5 times as fast as one, and beyond this no faster.
constexpr int shareThatIsTooMuch = 4;

}  // namespace

void Cooperation::judge(Clock::time_point now, Clock::duration took, Clock::duration slept)
{
    if (slept * shareThatIsTooMuch < took) {
        m_pause /= 2;
        return;
    }
    m_pause = std::clamp<Clock::duration>(2 * m_pause, firstPause, longestPause);
    m_notBefore = now + m_pause;
}

}  // namespace diffuscope::inference
