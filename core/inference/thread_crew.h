// SPDX-License-Identifier: GPL-3.0-or-later
// Threads that wait for work, and meet once at its end.
#pragma once

#include "core/inference/meeting.h"

#include <functional>
#include <thread>
#include <vector>

namespace diffuscope::inference {

/// Waiting costs next to nothing: beside another busy program, threads that wait in a loop are many times
/// slower than one thread alone, so these soon fall asleep. One thread uses one crew.
class ThreadCrew
{
public:
    using Job = std::function<void(std::size_t)>;

    /// The caller is one of the `threads`; 0: one a processor core.
    explicit ThreadCrew(int threads);
    ~ThreadCrew();
    ThreadCrew(const ThreadCrew&) = delete;
    ThreadCrew& operator=(const ThreadCrew&) = delete;

    std::size_t size() const { return m_members.size(); }

    /// Calls job(0) here and job(1) … job(count − 1) on the others, all at the same time, and waits for them.
    /// Rethrows an exception of theirs. `count` is at most size().
    void run(std::size_t count, const Job& job);
    /// The same for a job of which everybody does as much as there is left: who has not begun when job(0) is
    /// done, because no core is free, is not waited for.
    void runWithHelp(std::size_t count, const Job& job);
    /// The same for a job that needs all of them at the same time. Returns false, with nothing done, where
    /// they cannot all begin at once.
    bool runTogether(std::size_t count, const Job& job);

private:
    enum State : std::uint32_t { idle, asked, working, over };
    enum Gate : std::uint32_t { closed, open, cancelled };
    struct alignas(cacheLine) Member
    {
        std::atomic<std::uint32_t> state = idle;
        std::exception_ptr failure;
    };
    void ask(std::size_t count, const Job& job, Gate gate);
    void takeBack();
    void join();
    void work(std::size_t index);
    void perform(std::size_t index);

    std::vector<Member> m_members;  ///< the caller first
    const Job* m_job = nullptr;
    std::atomic<std::uint32_t> m_gate = closed;  ///< what those that have begun wait for
    std::atomic<std::size_t> m_begun = 0;
    std::atomic<std::uint32_t> m_busy = 0;  ///< asked, or at work
    std::vector<std::thread> m_threads;
};

}  // namespace diffuscope::inference
