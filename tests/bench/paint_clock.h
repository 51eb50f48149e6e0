// SPDX-License-Identifier: GPL-3.0-or-later
// Tells when a window's pixels have been brought up to date: an application that counts one widget's
// paintings.
#pragma once

#include <QApplication>
#include <QPointer>
#include <QWidget>

#include <functional>

namespace diffuscope::bench {

/// Qt paints what was marked as changed in one go, when the window gets its UpdateRequest; after that the
/// pixels are in the window's backing store. A painting counts where the watched widget was among what was
/// painted.
class PaintClock : public QApplication
{
    Q_OBJECT

public:
    using QApplication::QApplication;

    void watch(QWidget* widget) { m_widget = widget; }
    /// How many times the watched widget's pixels have been brought up to date.
    int paintings() const { return m_paintings; }

    bool notify(QObject* receiver, QEvent* event) override;

    /// Handles events until `done()`. Throws std::runtime_error, naming `what`, where that takes over a
    /// minute.
    void waitUntil(const char* what, const std::function<bool()>& done);
    /// Handles events until the watched widget has been painted again and nothing is left to do.
    void paintAgain();

private:
    QPointer<QWidget> m_widget;
    bool m_widgetPainted = false;
    int m_paintings = 0;
};

}  // namespace diffuscope::bench
