// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/export_job.h"

#include "ui/document/run_facts.h"
#include "ui/engine/failure.h"

#include <cmath>
#include <utility>

namespace diffuscope::ui {

ExportJob::ExportJob(QObject* parent) : QObject(parent)
{
}

ExportJob::~ExportJob()
{
    cancel();
}

void ExportJob::start(ExportRequest request)
{
    if (std::exchange(m_isRunning, true))
        return;
    m_thread = std::jthread(
        [this, request = std::move(request)](const std::stop_token& stop) { work(request, stop); });
}

void ExportJob::cancel()
{
    m_thread.request_stop();
}

/// On the job's own thread; what it says is told on the object's.
void ExportJob::work(const ExportRequest& request, const std::stop_token& stop)
{
    const auto tell = [this](auto&& said) { QMetaObject::invokeMethod(this, said, Qt::QueuedConnection); };
    int lastPercent = -1;
    const exports::Monitor monitor{.progress =
                                       [&](double share) {
                                           const int percent = int(std::lround(100 * share));
                                           if (percent != std::exchange(lastPercent, percent))
                                               tell([this, percent] { Q_EMIT progressed(percent); });
                                       },
                                   .stop = stop};
    const auto end = [&](auto&& said) {
        tell([this, said] {
            m_isRunning = false;
            said();
        });
    };
    try {
        exports::exportRuns(request.kind, request.path.toStdString(), request.runs, request.options, monitor);
        end([this, path = request.path] { Q_EMIT finished(path); });
    } catch (const Cancelled&) {
        end([this] { Q_EMIT cancelled(); });
    } catch (...) {
        end([this, failure = failureOf(std::current_exception())] { Q_EMIT failed(failure); });
    }
}

exports::ExportedRun exportedRun(const RunUpdate& run)
{
    return {.recipe = *run.recipe,
            .from = run.from,
            .facts = factsOf(run),
            .schedule = run.schedule,
            .grid = run.grid};
}

}  // namespace diffuscope::ui
