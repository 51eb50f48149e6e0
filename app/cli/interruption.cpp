// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interruption.h"

#include <chrono>
#include <csignal>
#include <initializer_list>

namespace diffuscope::cli {

namespace {

volatile std::sig_atomic_t interruptionCame = 0;

}  // namespace

void watchForInterruption()
{
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction present
        {
        };
        // Whoever started the program with a signal ignored (nohup) wants it ignored.
        if (sigaction(signal, nullptr, &present) == 0 && present.sa_handler == SIG_IGN)
            continue;
        std::signal(signal, [](int) { interruptionCame = 1; });
    }
    // A terminal that was closed is no reason to lose what was computed.
    std::signal(SIGPIPE, SIG_IGN);
}

bool isInterrupted()
{
    return interruptionCame != 0;
}

StopOnInterruption::StopOnInterruption()
    : m_watcher([this](const std::stop_token& end) {
          for (; !end.stop_requested(); std::this_thread::sleep_for(std::chrono::milliseconds(50)))
              if (isInterrupted())
                  m_stop.request_stop();
      })
{
    watchForInterruption();
}

}  // namespace diffuscope::cli
