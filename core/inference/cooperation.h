// SPDX-License-Identifier: GPL-3.0-or-later
// Whether it pays at present that threads work on the same images together.
#pragma once

#include <chrono>

namespace diffuscope::inference {

/// Threads that work together wait for the slowest. Where other programs keep the cores busy, that one may
/// have no core for some milliseconds, and all are slower than one alone; so they part for a while, the
/// longer the more often it happens.
class Cooperation
{
public:
    using Clock = std::chrono::steady_clock;

    bool isDue(Clock::time_point now) const { return now >= m_notBefore; }
    /// Work that was done together, until `now`: how long it took, and for how long threads slept meanwhile,
    /// waiting for another.
    void judge(Clock::time_point now, Clock::duration took, Clock::duration slept);

private:
    Clock::time_point m_notBefore{};
    Clock::duration m_pause{};
};

}  // namespace diffuscope::inference
