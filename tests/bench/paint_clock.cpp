// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/paint_clock.h"

#include <QAbstractEventDispatcher>
#include <QDeadlineTimer>
#include <QTimer>

#include <stdexcept>
#include <string>

namespace diffuscope::bench {

namespace {

constexpr int limitMs = 60'000;

}  // namespace

bool PaintClock::notify(QObject* receiver, QEvent* event)
{
    const QEvent::Type type = event->type();
    const bool handled = QApplication::notify(receiver, event);
    if (m_widget && type == QEvent::Paint && receiver == m_widget)
        m_widgetPainted = true;
    if (m_widget && type == QEvent::UpdateRequest && receiver == m_widget->window() && m_widgetPainted) {
        m_widgetPainted = false;
        ++m_paintings;
    }
    return handled;
}

void PaintClock::waitUntil(const char* what, const std::function<bool()>& done)
{
    const QDeadlineTimer deadline(limitMs);
    QTimer wakeUp;  // so that waiting for events ends where none comes
    wakeUp.start(limitMs / 10);
    while (!done()) {
        if (deadline.hasExpired())
            throw std::runtime_error(std::string("waited a minute for ") + what);
        processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
    }
}

void PaintClock::paintAgain()
{
    const int before = m_paintings;
    QAbstractEventDispatcher* dispatcher = QAbstractEventDispatcher::instance();
    waitUntil("the window to be painted", [&] {
        while (dispatcher->processEvents(QEventLoop::AllEvents)) {
        }
        return m_paintings > before;
    });
}

}  // namespace diffuscope::bench
