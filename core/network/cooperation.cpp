#include "core/network/cooperation.h"

#include <algorithm>

namespace diffuscope::network {
namespace {

constexpr std::chrono::milliseconds kFirstPause(20), kLongestPause(1000);
/// Of the time it took: two threads are about 1.5 times as fast as one, and beyond this no faster.
constexpr int kShareThatIsTooMuch = 4;

}  // namespace

void Cooperation::judge(Clock::time_point now, Clock::duration took, Clock::duration slept)
{
    if (slept * kShareThatIsTooMuch < took) {
        m_pause /= 2;
        return;
    }
    m_pause = std::clamp<Clock::duration>(2 * m_pause, kFirstPause, kLongestPause);
    m_notBefore = now + m_pause;
}

}  // namespace diffuscope::network
