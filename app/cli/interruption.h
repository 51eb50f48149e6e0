// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl-C and its kin: a command asks between two pieces of work whether it was told to stop.
#pragma once

#include <stop_token>
#include <thread>

namespace diffuscope::cli {

/// From here on Ctrl-C (SIGINT), SIGTERM and SIGHUP (a closed terminal) only leave word; those that were
/// ignored when the program started stay so.
void watchForInterruption();
/// Whether one of them has come.
bool isInterrupted();

/// A stop token that such a word sets, looked for twenty times a second; watches from its birth on.
class StopOnInterruption
{
public:
    StopOnInterruption();
    std::stop_token token() const { return m_stop.get_token(); }

private:
    std::stop_source m_stop;
    std::jthread m_watcher;  // last, so that it is joined first
};

}  // namespace diffuscope::cli
