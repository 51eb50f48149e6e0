// SPDX-License-Identifier: GPL-3.0-or-later
// The line at the bottom of the window: how the run is doing, how fast, and what it costs.
#pragma once

#include <QWidget>

class QLabel;

namespace diffuscope::ui {

class SessionDocument;
struct RunUpdate;

class StatusLine : public QWidget
{
    Q_OBJECT

public:
    /// The document must outlive the line.
    explicit StatusLine(SessionDocument& document, QWidget* parent = nullptr);

    /// What computes, e.g. "CPU · 2 threads"; `tip` where there is more to say than usual.
    void setDevice(const QString& device, const QString& tip = {});

    /// "every frame at full precision" or which frames are not, with the memory they take.
    static QString memoryNote(const RunUpdate& update);

    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QLabel* addField(const char* name, const QString& accessibleName, const QString& tip);
    void refresh();
    QString stateText() const;
    void say(QLabel& field, const QString& text);
    void fitFields();

    SessionDocument& m_document;
    QLabel* m_state = nullptr;
    QLabel* m_rate = nullptr;
    QLabel* m_evaluations = nullptr;
    QLabel* m_cost = nullptr;
    QLabel* m_memory = nullptr;
    QLabel* m_device = nullptr;
};

}  // namespace diffuscope::ui
