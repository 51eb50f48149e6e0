// SPDX-License-Identifier: GPL-3.0-or-later
// One line of progress: rewritten in place on a terminal, now and then a new line in a log.
#pragma once

#include <chrono>
#include <string>

namespace diffuscope::cli {

class ProgressLine
{
public:
    ProgressLine();

    /// Whether enough time has passed to show something again (a tenth of a second, in a log ten seconds).
    bool isDue() const;
    void show(const std::string& text);
    /// Shows the last text if it was not shown, and ends the line.
    void finish(const std::string& text);

private:
    bool m_isTerminal;
    std::size_t m_width = 0;
    std::chrono::steady_clock::time_point m_last{};
};

/// "1:02:03" or "2:03".
std::string formatDuration(double seconds);

}  // namespace diffuscope::cli
