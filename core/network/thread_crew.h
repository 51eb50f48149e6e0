// Threads that wait for work, and meet once at its end.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace diffuscope::network {

/// Waiting costs nothing: beside another busy program, threads that wait in a loop are many times slower than
/// one thread alone. One thread uses one crew.
class ThreadCrew
{
public:
    /// The caller is one of the `threads`; 0: one a processor core.
    explicit ThreadCrew(int threads);
    ~ThreadCrew();
    ThreadCrew(const ThreadCrew&) = delete;
    ThreadCrew& operator=(const ThreadCrew&) = delete;

    std::size_t size() const { return m_failures.size(); }

    /// Calls job(0) here and job(1) … job(count − 1) on the others, all at the same time, and waits for them.
    /// Rethrows an exception of theirs. `count` is at most size().
    void run(std::size_t count, const std::function<void(std::size_t)>& job);

private:
    void work(std::size_t index);
    void perform(std::size_t index);

    std::mutex m_mutex;
    std::condition_variable m_changed;
    const std::function<void(std::size_t)>* m_job = nullptr;
    std::vector<bool> m_isAsked;
    std::vector<std::exception_ptr> m_failures;  ///< by thread, the caller first
    std::size_t m_busy = 0;
    bool m_isOver = false;
    std::vector<std::thread> m_threads;
};

}  // namespace diffuscope::network
