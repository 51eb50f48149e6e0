// SPDX-License-Identifier: GPL-3.0-or-later
// Where threads that work on the same thing wait for one another.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <thread>

namespace diffuscope::inference {

/// What two threads write stays this far apart.
inline constexpr std::size_t cacheLine = 64;

/// Looks again and again, at most for `patience`, whether `isSo()`, and returns that: for what is about to
/// happen within microseconds.
template <typename Condition>
bool awaitWithin(std::chrono::nanoseconds patience, Condition isSo)
{
    constexpr int looks = 16;
    const auto start = std::chrono::steady_clock::now();
    do {
        for (int look = 0; look < looks; ++look) {
            if (isSo())
                return true;
#if defined(__x86_64__)
            __builtin_ia32_pause();
#else
            std::this_thread::yield();
#endif
        }
    } while (std::chrono::steady_clock::now() - start < patience);
    return false;
}

/// Returns when `value` is no longer `old`, and for how long it slept: after some microseconds it leaves the
/// core to others.
std::chrono::nanoseconds awaitChange(const std::atomic<std::uint32_t>& value, std::uint32_t old);

/// Another member of a meeting has failed.
class Deserted : public std::exception
{
public:
    const char* what() const noexcept override { return "A thread that was waited for has failed."; }
};

/// A place where threads wait for one another, again and again: some tenths of a microsecond each time, where
/// every one of them has a core to itself.
class Meeting
{
public:
    /// `members` is at least 2.
    explicit Meeting(std::uint32_t members) : m_members(members) {}

    /// Returns when all members have come, with what they wrote. Throws Deserted where one never will.
    void arrive();
    /// Lets all who wait, or ever will, go on with Deserted.
    void abandon() noexcept;

    /// For how long all but one slept here, waiting for one that had no core.
    std::chrono::nanoseconds slept() const { return std::chrono::nanoseconds(m_slept / (m_members - 1)); }

private:
    static constexpr std::uint32_t abandoned = 1u << 31;

    std::uint32_t m_members;
    alignas(cacheLine) std::atomic<std::uint32_t> m_arrived = 0;
    alignas(cacheLine) std::atomic<std::uint32_t> m_round = 0;
    alignas(cacheLine) std::atomic<std::int64_t> m_slept = 0;
};

}  // namespace diffuscope::inference
