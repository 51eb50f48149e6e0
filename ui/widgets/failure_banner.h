// SPDX-License-Identifier: GPL-3.0-or-later
// Says why a run did not come about or what is wrong with a file, and what to do; the last good run stays
// beneath it.
#pragma once

#include "ui/engine/run_update.h"

#include <QFrame>
#include <QList>

class QLabel;

namespace diffuscope::ui {

class SessionDocument;

/// Hidden while all is well. It can be dismissed, and comes back with the next failure. What was reported
/// stays until it is dismissed or the person edits something, whatever runs do meanwhile; the newest is on
/// top.
class FailureBanner : public QFrame
{
    Q_OBJECT

public:
    /// The document must outlive the banner.
    explicit FailureBanner(SessionDocument& document, QWidget* parent = nullptr);

    /// Shows something else that went wrong, e.g. with a file. Of one topic, where that is not empty, only
    /// the newest report is shown.
    void report(const Failure& failure, const QString& topic = {});

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Entry
    {
        Failure failure;
        QString topic;
        bool isOfRun = false;
    };
    struct Row
    {
        QLabel* message = nullptr;
        QLabel* hint = nullptr;
    };

    void addRow(QWidget* texts, int row);
    void put(Entry entry);
    void takeRun();
    void forgetReports();
    void showEntries();

    SessionDocument& m_document;
    QLabel* m_icon = nullptr;
    QList<Entry> m_entries;  ///< the newest first
    QList<Row> m_rows;
};

}  // namespace diffuscope::ui
