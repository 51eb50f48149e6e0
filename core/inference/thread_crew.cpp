// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/thread_crew.h"

#include <algorithm>

namespace diffuscope::inference {
namespace {

/// Several times what a thread takes to wake on a core that is free.
constexpr std::chrono::microseconds patience(150);

std::size_t crewSize(int threads)
{
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    return static_cast<std::size_t>(threads > 0 ? threads : cores);
}

void set(std::atomic<std::uint32_t>& value, std::uint32_t to)
{
    value.store(to, std::memory_order_release);
    value.notify_all();
}

}  // namespace

ThreadCrew::ThreadCrew(int threads) : m_members(crewSize(threads))
{
    for (std::size_t index = 1; index < size(); ++index)
        m_threads.emplace_back([this, index] { work(index); });
}

ThreadCrew::~ThreadCrew()
{
    for (Member& member : m_members)
        set(member.state, over);
    for (auto& thread : m_threads)
        thread.join();
}

void ThreadCrew::perform(std::size_t index)
{
    try {
        (*m_job)(index);
    } catch (...) {
        m_members[index].failure = std::current_exception();
    }
}

void ThreadCrew::work(std::size_t index)
{
    auto& state = m_members[index].state;
    while (true) {
        awaitChange(state, idle);
        std::uint32_t found = asked;
        if (!state.compare_exchange_strong(found, working)) {
            if (found == over)
                return;
            continue;  // taken back
        }
        ++m_begun;
        awaitChange(m_gate, closed);
        if (m_gate == open)
            perform(index);
        state = idle;
        if (--m_busy == 0)
            m_busy.notify_all();
    }
}

void ThreadCrew::ask(std::size_t count, const Job& job, Gate gate)
{
    m_job = &job;
    for (Member& member : m_members)
        member.failure = nullptr;
    m_begun = 0;
    m_gate = gate;
    m_busy = static_cast<std::uint32_t>(count - 1);
    for (std::size_t index = 1; index < count; ++index)
        set(m_members[index].state, asked);
}

void ThreadCrew::takeBack()
{
    for (Member& member : m_members) {
        std::uint32_t found = asked;
        if (member.state.compare_exchange_strong(found, idle))
            --m_busy;
    }
}

void ThreadCrew::join()
{
    while (const std::uint32_t busy = m_busy.load(std::memory_order_acquire))
        awaitChange(m_busy, busy);
    for (const Member& member : m_members)
        if (member.failure)
            std::rethrow_exception(member.failure);
}

void ThreadCrew::run(std::size_t count, const Job& job)
{
    ask(count, job, open);
    perform(0);
    join();
}

void ThreadCrew::runWithHelp(std::size_t count, const Job& job)
{
    ask(count, job, open);
    perform(0);
    takeBack();
    join();
}

bool ThreadCrew::runTogether(std::size_t count, const Job& job)
{
    ask(count, job, closed);
    const bool allHaveBegun = awaitWithin(patience, [&] { return m_begun == count - 1; });
    if (!allHaveBegun)
        takeBack();
    set(m_gate, allHaveBegun ? open : cancelled);
    if (allHaveBegun)
        perform(0);
    join();
    return allHaveBegun;
}

}  // namespace diffuscope::inference
