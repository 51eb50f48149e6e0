#include "core/network/thread_crew.h"

#include <algorithm>

namespace diffuscope::network {

ThreadCrew::ThreadCrew(int threads)
{
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    const auto count = static_cast<std::size_t>(threads > 0 ? threads : cores);
    m_isAsked.resize(count);
    m_failures.resize(count);
    for (std::size_t index = 1; index < count; ++index) {
        m_threads.emplace_back([this, index] { work(index); });
    }
}

ThreadCrew::~ThreadCrew()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isOver = true;
    }
    m_changed.notify_all();
    for (auto& thread : m_threads) {
        thread.join();
    }
}

void ThreadCrew::perform(std::size_t index)
{
    try {
        (*m_job)(index);
    } catch (...) {
        m_failures[index] = std::current_exception();
    }
}

void ThreadCrew::work(std::size_t index)
{
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [&] { return m_isOver || m_isAsked[index]; });
        if (m_isOver) {
            return;
        }
        lock.unlock();
        perform(index);
        lock.lock();
        m_isAsked[index] = false;
        --m_busy;
        m_changed.notify_all();
    }
}

void ThreadCrew::run(std::size_t count, const std::function<void(std::size_t)>& job)
{
    m_job = &job;
    std::ranges::fill(m_failures, nullptr);
    if (count > 1) {
        {
            const std::lock_guard lock(m_mutex);
            std::fill(m_isAsked.begin() + 1, m_isAsked.begin() + static_cast<std::ptrdiff_t>(count), true);
            m_busy = count - 1;
        }
        m_changed.notify_all();
    }
    perform(0);
    if (count > 1) {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_busy == 0; });
    }
    for (const auto& failure : m_failures) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    }
}

}  // namespace diffuscope::network
