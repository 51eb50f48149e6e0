// SPDX-License-Identifier: GPL-3.0-or-later
// A one-place mailbox between two threads: the newest letter wins.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace diffuscope::ui {

template <typename Letter>
class Mailbox
{
public:
    /// Replaces the letter that waits, if there is one.
    void put(Letter letter)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_letter = std::move(letter);
        }
        m_arrived.notify_one();
    }

    /// Waits for a letter and takes it; nothing once `stop` is set.
    std::optional<Letter> take(const std::stop_token& stop)
    {
        std::unique_lock lock(m_mutex);
        if (!m_arrived.wait(lock, stop, [this] { return m_letter.has_value(); }) || stop.stop_requested())
            return std::nullopt;
        return std::exchange(m_letter, std::nullopt);
    }

private:
    std::mutex m_mutex;
    std::condition_variable_any m_arrived;
    std::optional<Letter> m_letter;
};

}  // namespace diffuscope::ui
