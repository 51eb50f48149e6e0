// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace diffuscope::cli {

using namespace std::chrono_literals;

ProgressLine::ProgressLine() : m_isTerminal(isatty(STDOUT_FILENO) == 1)
{
}

bool ProgressLine::isDue() const
{
    return std::chrono::steady_clock::now() - m_last >= (m_isTerminal ? 100ms : 10'000ms);
}

void ProgressLine::show(const std::string& text)
{
    m_last = std::chrono::steady_clock::now();
    if (m_isTerminal) {
        const std::string padding(m_width > text.size() ? m_width - text.size() : 0, ' ');
        std::printf("\r%s%s", text.c_str(), padding.c_str());
        m_width = text.size();
    } else {
        std::printf("%s\n", text.c_str());
    }
    std::fflush(stdout);
}

void ProgressLine::finish(const std::string& text)
{
    show(text);
    if (m_isTerminal)
        std::printf("\n");
}

std::string formatDuration(double seconds)
{
    const auto total = static_cast<long>(std::clamp(seconds, 0.0, 3.6e8));
    char text[32];
    if (total >= 3600)
        std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", total / 3600, total / 60 % 60, total % 60);
    else
        std::snprintf(text, sizeof text, "%ld:%02ld", total / 60, total % 60);
    return text;
}

}  // namespace diffuscope::cli
