// SPDX-License-Identifier: GPL-3.0-or-later
// Dragging the points of a drawn schedule in the curves dock, with real mouse and key events.
#include "tests/ui/drawn_window.h"

namespace diffuscope::test {

class DrawnScheduleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void drawingBeginsAsTheModelsOwnSchedule();
    void aDragMovesThePointAndUndoesInOneStep();
    void aDragBeyondTheNeighboursStaysMonotone();
    void everyMoveOfADragAsksForImages();
    void escapeGivesADragUp();
    void aClickMovesNothing();
    void arrowKeysMoveTheFocusedPoint();
    void tabReachesEveryPoint();
    void aDoubleClickAddsAndDeleteRemoves();
    void theEndsStay();
};

void DrawnScheduleTest::drawingBeginsAsTheModelsOwnSchedule()
{
    DrawnWindow window;
    QVERIFY(window.recipe().schedule);
    QCOMPARE(window.recipe().schedule->family, std::string("drawn"));
    QVERIFY(falls(window.points()));
    QCOMPARE(window.handles(), int(window.points().size()));
    const auto linear = schedule::makeSchedule({"linear", {}});
    for (const ControlPoint& point : window.points()) {
        const double alphaBar = linear.levelAt(point.t * 999).alphaBar();
        QVERIFY(std::abs(point.value - alphaBar) < 1e-3);
    }
    // Each stands on its point, with a hit area of more than 10 pixels.
    for (int i = 0; i < window.handles(); ++i) {
        const ControlPoint point = window.points()[std::size_t(i)];
        const QPointF expected(window.plot().xAxis->coordToPixel(point.t * 999),
                               window.plot().yAxis->coordToPixel(point.value));
        QVERIFY((window.placeOf(i) - expected).manhattanLength() < 2);
        QVERIFY(window.handle(i).isVisible());
        QVERIFY(window.handle(i).width() >= 20 && window.handle(i).height() >= 20);
        QVERIFY(window.handle(i).toolTip().contains(QStringLiteral("log-SNR")));
        QVERIFY(!window.handle(i).accessibleName().isEmpty());
    }
}

void DrawnScheduleTest::aDragMovesThePointAndUndoesInOneStep()
{
    DrawnWindow window;
    window.document->setMergeWindow(std::chrono::milliseconds(0));  // time does not make it one step
    const auto before = window.points();
    const QPointF place = window.placeOf(3);
    const int undoable = window.document->undoStack().count();
    window.drag(3, {6, -14});
    const auto after = window.points();
    QVERIFY(after != before);
    QVERIFY(falls(after));
    QVERIFY(after[3].value > before[3].value && after[3].t > before[3].t);
    for (const std::size_t other : {0U, 1U, 2U, 4U, 5U})
        QCOMPARE(after[other], before[other]);
    QVERIFY((window.placeOf(3) - place - QPointF(6, -14)).manhattanLength() <= 2);
    QCOMPARE(window.document->undoStack().count(), undoable + 1);
    window.drag(4, {0, 8});
    QCOMPARE(window.document->undoStack().count(), undoable + 2);
    window.press(Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(window.points() == after);
    window.press(Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(window.points() == before);
    window.settle();
    QVERIFY((window.placeOf(3) - place).manhattanLength() <= 1);
}

void DrawnScheduleTest::aDragBeyondTheNeighboursStaysMonotone()
{
    DrawnWindow window;
    for (const QPoint by : {QPoint(400, -400), QPoint(-800, 800), QPoint(500, 500), QPoint(-300, -500)}) {
        for (int index = 0; index < window.handles(); ++index) {
            window.drag(index, by);
            QVERIFY(falls(window.points()));
            QCOMPARE(schedule::makeSchedule(*window.recipe().schedule).levels(), 1000);
        }
    }
    QCOMPARE(window.points().front().t, 0.0);
    QCOMPARE(window.points().back().t, 1.0);
}

void DrawnScheduleTest::everyMoveOfADragAsksForImages()
{
    DrawnWindow window;
    QTRY_COMPARE(window.sampling.startedRecipes().back(), window.recipe());
    const int before = window.sampling.runsStarted();
    window.drag(3, {0, -12});
    QTRY_VERIFY(window.sampling.runsStarted() > before);
    QTRY_COMPARE(window.sampling.startedRecipes().back(), window.recipe());
}

void DrawnScheduleTest::escapeGivesADragUp()
{
    DrawnWindow window;
    const auto before = window.points();
    const int undoable = window.document->undoStack().count();
    CurveHandle& handle = window.handle(3);
    QTest::mousePress(&handle, Qt::LeftButton, {}, handle.rect().center());
    const QPoint target = handle.rect().center() + QPoint(0, 10);
    QMouseEvent move(QEvent::MouseMove, target, handle.mapToGlobal(target), Qt::LeftButton, Qt::LeftButton,
                     {});
    QApplication::sendEvent(&handle, &move);
    QVERIFY(window.points() != before);
    QTest::keyClick(&handle, Qt::Key_Escape);
    QVERIFY(window.points() == before);
    QTest::mouseRelease(&handle, Qt::LeftButton, {}, handle.rect().center());
    QVERIFY(window.points() == before);
    QCOMPARE(window.document->undoStack().count(), undoable);
}

void DrawnScheduleTest::aClickMovesNothing()
{
    DrawnWindow window;
    const auto before = window.points();
    const int frame = window.document->committedFrame();
    QTest::mouseClick(&window.handle(2), Qt::LeftButton);
    QTest::mouseClick(&window.handle(2), Qt::RightButton);
    QVERIFY(window.points() == before);
    QCOMPARE(window.document->committedFrame(), frame);
    QVERIFY(window.handle(2).hasFocus());
}

void DrawnScheduleTest::arrowKeysMoveTheFocusedPoint()
{
    DrawnWindow window;
    const int frame = window.document->committedFrame();
    window.handle(3).setFocus();
    const auto at = [&](int index) { return window.points()[std::size_t(index)]; };
    const ControlPoint before = at(3);
    window.press(Qt::Key_Up);
    QVERIFY(at(3).value > before.value + 0.005 && at(3).value < before.value + 0.02);
    QCOMPARE(at(3).t, before.t);
    const ControlPoint raised = at(3);
    window.press(Qt::Key_Down, Qt::ControlModifier);
    QVERIFY(at(3).value < raised.value && at(3).value > raised.value - 0.002);
    const ControlPoint lowered = at(3);
    window.press(Qt::Key_Left);
    QVERIFY(at(3).t < lowered.t && at(3).t > lowered.t - 0.02);
    QCOMPARE(at(3).value, lowered.value);
    window.press(Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(falls(window.points()));
    // The window's own arrow keys did not get them.
    QCOMPARE(window.document->committedFrame(), frame);
}

void DrawnScheduleTest::tabReachesEveryPoint()
{
    DrawnWindow window;
    window.plot().setFocus();
    for (int i = 0; i < window.handles(); ++i) {
        window.press(Qt::Key_Tab);
        QVERIFY2(window.handle(i).hasFocus(), qPrintable(QString::number(i)));
    }
    window.press(Qt::Key_Tab);
    QVERIFY(!qobject_cast<CurveHandle*>(QApplication::focusWidget()));
}

void DrawnScheduleTest::aDoubleClickAddsAndDeleteRemoves()
{
    DrawnWindow window;
    const auto before = window.points();
    const int undoable = window.document->undoStack().count();
    const double t = (before[3].t + before[4].t) / 2;
    const double value = (before[3].value + before[4].value) / 2;
    const QPoint place(qRound(window.plot().xAxis->coordToPixel(t * 999)),
                       qRound(window.plot().yAxis->coordToPixel(value)));
    QTest::mouseDClick(&window.plot(), Qt::LeftButton, {}, place);
    window.settle();
    QCOMPARE(window.points().size(), before.size() + 1);
    QVERIFY(std::abs(window.points()[4].t - t) < 0.01);
    QVERIFY(std::abs(window.points()[4].value - value) < 0.01);
    QVERIFY(window.handle(4).hasFocus());
    QCOMPARE(window.document->undoStack().count(), undoable + 1);
    window.press(Qt::Key_Delete);
    window.settle();
    QVERIFY(window.points() == before);
    QCOMPARE(window.handles(), int(before.size()));
    // By keyboard alone, half-way to the next.
    window.handle(2).setFocus();
    window.press(Qt::Key_Insert);
    window.settle();
    QCOMPARE(window.points().size(), before.size() + 1);
    QVERIFY(window.points()[3].t > before[2].t && window.points()[3].t < before[3].t);
    QVERIFY(window.handle(3).hasFocus());
}

void DrawnScheduleTest::theEndsStay()
{
    DrawnWindow window;
    const auto before = window.points();
    for (const int end : {0, int(before.size()) - 1}) {
        window.handle(end).setFocus();
        window.press(Qt::Key_Delete);
        window.press(Qt::Key_Left);
        window.press(Qt::Key_Right);
        window.settle();
        QVERIFY(window.points() == before);
    }
}

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::DrawnScheduleTest)
#include "drawn_schedule_test.moc"
