// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/meeting.h"

namespace diffuscope::inference {
namespace {

/// Several times what threads on cores of their own come apart by; little beside what falling asleep costs.
constexpr std::chrono::microseconds look(20);

}  // namespace

std::chrono::nanoseconds awaitChange(const std::atomic<std::uint32_t>& value, std::uint32_t old)
{
    const auto isChanged = [&] { return value.load(std::memory_order_acquire) != old; };
    if (awaitWithin(look, isChanged))
        return {};
    const auto start = std::chrono::steady_clock::now();
    value.wait(old, std::memory_order_acquire);
    return std::chrono::steady_clock::now() - start;
}

void Meeting::arrive()
{
    const std::uint32_t round = m_round.load(std::memory_order_acquire);
    if (round & abandoned)
        throw Deserted();
    if (m_arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == m_members) {
        m_arrived.store(0, std::memory_order_relaxed);  // read again only after the next line
        m_round.fetch_add(1, std::memory_order_release);
        m_round.notify_all();
        return;
    }
    if (const auto slept = awaitChange(m_round, round); slept.count() > 0)
        m_slept += slept.count();
    if (m_round.load(std::memory_order_acquire) == (round | abandoned))
        throw Deserted();
}

void Meeting::abandon() noexcept
{
    m_round.fetch_or(abandoned, std::memory_order_release);
    m_round.notify_all();
}

}  // namespace diffuscope::inference
