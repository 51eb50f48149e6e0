// SPDX-License-Identifier: GPL-3.0-or-later
// An export on a thread of its own, so that the window goes on.
#pragma once

#include "core/exports/export_run.h"
#include "ui/engine/run_update.h"

#include <QObject>
#include <QString>

#include <thread>
#include <vector>

namespace diffuscope::ui {

struct ExportRequest
{
    exports::ExportKind kind = exports::ExportKind::filmStrip;
    QString path;
    std::vector<exports::ExportedRun> runs;
    exports::ExportOptions options{};
};

/// One export at a time. Each ends with one of finished, cancelled and failed.
class ExportJob : public QObject
{
    Q_OBJECT

public:
    explicit ExportJob(QObject* parent = nullptr);
    /// Cancels what is going on, and waits for it.
    ~ExportJob() override;

    bool isRunning() const { return m_isRunning; }
    /// Nothing where an export is going on.
    void start(ExportRequest request);
    void cancel();

Q_SIGNALS:
    void progressed(int percent);
    void finished(const QString& path);
    void cancelled();
    void failed(const diffuscope::ui::Failure& failure);

private:
    void work(const ExportRequest& request, const std::stop_token& stop);

    bool m_isRunning = false;
    std::jthread m_thread;
};

/// The run as exports see it.
exports::ExportedRun exportedRun(const RunUpdate& run);

}  // namespace diffuscope::ui
