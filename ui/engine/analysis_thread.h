// SPDX-License-Identifier: GPL-3.0-or-later
// A thread of low priority for figures that take long: the GUI's thread never waits for them, and sampling
// goes first.
#pragma once

#include "ui/engine/mailbox.h"

#include <functional>
#include <stop_token>
#include <thread>

namespace diffuscope::ui {

/// Does one job after another; of the jobs that wait only the newest is kept.
class AnalysisThread
{
public:
    using Job = std::function<void(const std::stop_token& stop)>;

    AnalysisThread();
    /// Stops and joins; takes as long as a job takes to look at its token.
    ~AnalysisThread();

    /// Replaces the job that waits, if there is one. A job must not throw.
    void submit(Job job);
    /// Forgets the job that waits and stops the one that is going.
    void stopAll();

private:
    struct Letter
    {
        Job job;
        std::stop_token stop;
    };

    std::stop_source m_stop;
    Mailbox<Letter> m_mailbox;
    std::jthread m_thread;  // last, so that it is joined before what it uses goes
};

}  // namespace diffuscope::ui
