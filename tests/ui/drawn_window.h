// SPDX-License-Identifier: GPL-3.0-or-later
// A window whose recipe's schedule is drawn by hand, and a hand that drags its points.
#pragma once

#include "core/schedule/drawn_edit.h"
#include "core/schedule/schedule_registry.h"
#include "tests/ui/window_fixture.h"
#include "ui/theme/plot_library.h"
#include "ui/widgets/curve_handle.h"

#include <QComboBox>

namespace diffuscope::test {

using schedule::ControlPoint;
using ui::CurveHandle;

/// A window whose recipe's schedule is drawn, after the model's own.
struct DrawnWindow : WindowFixture
{
    DrawnWindow()
    {
        showSampled();
        const int drawn = list().findData(QStringLiteral("drawn"));
        list().setFocus();
        for (int presses = 0; list().currentIndex() != drawn && presses < 100; ++presses)
            QTest::keyClick(&list(), list().currentIndex() < drawn ? Qt::Key_Down : Qt::Key_Up);
        settle();
    }

    QComboBox& list() { return get<QComboBox>("scheduleBox"); }
    QCustomPlot& plot() { return get<QCustomPlot>("curvesPlot"); }
    CurveHandle& handle(int index)
    {
        return get<CurveHandle>(qPrintable(QStringLiteral("scheduleHandle.%1").arg(index)));
    }
    int handles() { return int(plot().findChildren<CurveHandle*>().size()); }
    schedule::DrawnSchedule drawn() const { return schedule::drawnFromOptions(recipe().schedule->options); }
    std::vector<ControlPoint> points() const { return drawn().points; }
    /// Until queued replots have put the handles where they belong, and deleted ones are gone.
    void settle()
    {
        QCoreApplication::processEvents();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        plot().replot();
    }

    /// A hand takes the middle of a handle and moves by so many pixels, in steps.
    void drag(int index, QPoint by, Qt::KeyboardModifiers modifiers = {})
    {
        CurveHandle& dragged = handle(index);
        const QPoint start = dragged.rect().center();
        const QPoint from = dragged.pos();
        QTest::mousePress(&dragged, Qt::LeftButton, modifiers, start);
        for (int step = 1; step <= 4; ++step) {
            // The handle moves with the hand: its own coordinates are those of the place it was at.
            const QPoint target = start + by * step / 4 - (dragged.pos() - from);
            QMouseEvent move(QEvent::MouseMove, target, dragged.mapToGlobal(target), Qt::LeftButton,
                             Qt::LeftButton, modifiers);
            QApplication::sendEvent(&dragged, &move);
            plot().replot();
        }
        QTest::mouseRelease(&dragged, Qt::LeftButton, modifiers, dragged.rect().center());
        settle();
    }

    QPointF placeOf(int index) { return QPointF(handle(index).geometry().center()); }
};

inline bool falls(const std::vector<ControlPoint>& points)
{
    for (std::size_t i = 1; i < points.size(); ++i)
        if (!(points[i].t > points[i - 1].t && points[i].value < points[i - 1].value))
            return false;
    return true;
}

}  // namespace diffuscope::test
