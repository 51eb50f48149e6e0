// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/analysis_thread.h"

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace diffuscope::ui {

namespace {

/// The network's threads come first.
void lowerPriority()
{
#ifdef __linux__
    constexpr int politely = 10;
    setpriority(PRIO_PROCESS, id_t(gettid()), politely);
#endif
}

}  // namespace

AnalysisThread::AnalysisThread()
    : m_thread([this](const std::stop_token& end) {
          lowerPriority();
          while (const auto letter = m_mailbox.take(end))
              if (!letter->stop.stop_requested())
                  letter->job(letter->stop);
      })
{
}

AnalysisThread::~AnalysisThread()
{
    m_stop.request_stop();
}

void AnalysisThread::submit(Job job)
{
    m_mailbox.put({std::move(job), m_stop.get_token()});
}

void AnalysisThread::stopAll()
{
    m_stop.request_stop();
    m_stop = std::stop_source();
}

}  // namespace diffuscope::ui
