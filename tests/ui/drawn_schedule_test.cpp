// Drawing a schedule by hand in the curves dock, with real mouse and key events.
#include "core/schedule/drawn_edit.h"
#include "core/schedule/schedule_registry.h"
#include "tests/ui/window_fixture.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/theme_colors.h"
#include "ui/views/curve_handle.h"
#include "ui/views/curves_view.h"
#include "ui/views/drawn_schedule_editor.h"

#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

namespace diffuscope::test {

using schedule::ControlPoint;
using schedule::DrawnQuantity;
using ui::CurveHandle;
using ui::CurveSet;

namespace {

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

bool falls(const std::vector<ControlPoint>& points)
{
    for (std::size_t i = 1; i < points.size(); ++i)
        if (!(points[i].t > points[i - 1].t && points[i].value < points[i - 1].value))
            return false;
    return true;
}

}  // namespace

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
    void theMenuStartsFromAnotherFamily();
    void thePlotsMenuBeginsAndEndsDrawing();
    void pointsCanBeDraggedAsLogSnr();
    void anotherQuantityKeepsTheCurve();
    void theCurveFollowsTheHandBeforeTheRun();
    void pointsThatMakeNoScheduleHideTheHandles();
    void theHintSaysTheValues();
    void handlesAreRightInLightAndDark();
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

void DrawnScheduleTest::theMenuStartsFromAnotherFamily()
{
    DrawnWindow window;
    QTest::mouseClick(&window.get<QToolButton>("drawButton"), Qt::LeftButton);
    auto* menu = &window.get<QMenu>("drawMenu");
    QVERIFY(menu->isVisible());
    menu->close();
    auto* cosine = menu->findChild<QAction*>(QStringLiteral("draw.from.cosine"));
    QVERIFY(cosine);
    cosine->trigger();
    const auto source = schedule::makeSchedule({"cosine", {}});
    for (const ControlPoint& point : window.points())
        QVERIFY(std::abs(point.value - source.levelAt(point.t * 999).alphaBar()) < 1e-3);
    Q_EMIT menu->aboutToShow();
    menu->findChild<QAction*>(QStringLiteral("draw.from.own"))->trigger();
    const auto own = schedule::makeSchedule({"linear", {}});
    for (const ControlPoint& point : window.points())
        QVERIFY(std::abs(point.value - own.levelAt(point.t * 999).alphaBar()) < 1e-3);
    // Without a point that has the focus none can be removed.
    Q_EMIT menu->aboutToShow();
    QVERIFY(!menu->findChild<QAction*>(QStringLiteral("draw.remove"))->isEnabled());
    window.handle(2).setFocus();
    Q_EMIT menu->aboutToShow();
    auto* remove = menu->findChild<QAction*>(QStringLiteral("draw.remove"));
    QVERIFY(remove->isEnabled());
    const auto before = window.points();
    remove->trigger();
    QCOMPARE(window.points().size(), before.size() - 1);
}

void DrawnScheduleTest::thePlotsMenuBeginsAndEndsDrawing()
{
    WindowFixture window;
    window.showSampled();
    auto& plot = window.get<QCustomPlot>("curvesPlot");
    const auto openMenu = [&] {
        QContextMenuEvent event(QContextMenuEvent::Mouse, plot.rect().center(),
                                plot.mapToGlobal(plot.rect().center()));
        QApplication::sendEvent(&plot, &event);
        return window.window->findChild<QMenu*>(QStringLiteral("drawContextMenu"));
    };
    auto* menu = openMenu();
    QVERIFY(menu);
    menu->findChild<QAction*>(QStringLiteral("draw.begin"))->trigger();
    menu->close();
    QVERIFY(window.recipe().schedule);
    QCOMPARE(window.recipe().schedule->family, std::string("drawn"));
    QCOMPARE(window.get<QComboBox>("scheduleBox").currentData().toString(), QStringLiteral("drawn"));
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    menu = openMenu();
    QVERIFY(menu);
    const auto before = schedule::drawnFromOptions(window.recipe().schedule->options).points;
    menu->findChild<QAction*>(QStringLiteral("draw.add"))->trigger();
    QCOMPARE(schedule::drawnFromOptions(window.recipe().schedule->options).points.size(), before.size() + 1);
    menu->findChild<QAction*>(QStringLiteral("draw.own"))->trigger();
    menu->close();
    QVERIFY(!window.recipe().schedule);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QVERIFY(plot.findChildren<CurveHandle*>().isEmpty());
}

void DrawnScheduleTest::pointsCanBeDraggedAsLogSnr()
{
    DrawnWindow window;
    auto& curves = window.get<ui::CurvesView>("curvesView");
    for (const CurveSet set : {CurveSet::coefficients, CurveSet::snr, CurveSet::noiseToSignal}) {
        curves.setCurveSet(set);
        window.settle();
        QCOMPARE(window.handles(), int(window.points().size()));
        const auto before = window.points();
        const bool rises = set == CurveSet::noiseToSignal;
        window.drag(2, {0, rises ? 6 : -6});
        QVERIFY(falls(window.points()));
        QVERIFY2(window.points()[2].value > before[2].value, qPrintable(QString::number(int(set))));
        QCOMPARE(window.points()[2].t, before[2].t);
    }
    curves.setCurveSet(CurveSet::beta);
    window.settle();
    QCOMPARE(window.handles(), 0);
    QVERIFY(window.get<QLabel>("drawHint").isVisible());
}

void DrawnScheduleTest::anotherQuantityKeepsTheCurve()
{
    DrawnWindow window;
    const auto before = schedule::makeSchedule(*window.recipe().schedule);
    auto& quantity = window.get<QComboBox>("scheduleBox.quantity");
    quantity.setFocus();
    QTest::keyClick(&quantity, Qt::Key_Down);
    QCOMPARE(window.drawn().quantity, DrawnQuantity::logSnr);
    QVERIFY(falls(window.points()));
    const auto after = schedule::makeSchedule(*window.recipe().schedule);
    for (const ControlPoint& point : window.points()) {
        const double t = point.t * 999;
        QVERIFY(std::abs(after.levelAt(t).alphaBar() - before.levelAt(t).alphaBar()) < 2e-3);
    }
    QTest::keyClick(&quantity, Qt::Key_Up);
    QCOMPARE(window.drawn().quantity, DrawnQuantity::alphaBar);
}

void DrawnScheduleTest::theCurveFollowsTheHandBeforeTheRun()
{
    DrawnWindow window;
    window.document->setAutoRun(false);
    window.drag(3, {0, -20});
    const auto drawn = schedule::makeSchedule(*window.recipe().schedule);
    QCPGraph* shown = nullptr;
    for (int i = 0; i < window.plot().graphCount(); ++i)
        if (window.plot().graph(i)->visible() && window.plot().graph(i)->name() == QStringLiteral("in use"))
            shown = window.plot().graph(i);
    QVERIFY(shown);
    for (const int t : {0, 200, 450, 999})
        QCOMPARE(shown->data()->at(t)->value, drawn.alphaBar(t));
}

void DrawnScheduleTest::pointsThatMakeNoScheduleHideTheHandles()
{
    DrawnWindow window;
    auto recipe = window.recipe();
    recipe.schedule->options["points"] = std::string("0:0.5, 1:0.7");
    window.document->setRecipe(recipe);
    window.settle();
    QCOMPARE(window.handles(), 0);
    auto* notice = window.window->findChild<QLabel*>(QStringLiteral("scheduleBox.notices.0"));
    QVERIFY(notice && notice->text().contains(QStringLiteral("does not fall")));
    window.press(Qt::Key_Z, Qt::ControlModifier);
    window.settle();
    QVERIFY(window.handles() > 2);
}

void DrawnScheduleTest::theHintSaysTheValues()
{
    DrawnWindow window;
    auto& hint = window.get<QLabel>("drawHint");
    QVERIFY(hint.isVisible());
    window.handle(0).setFocus();
    QVERIFY(hint.text().contains(QStringLiteral("t 0 ")));
    QCOMPARE(hint.text(), window.handle(0).toolTip());
    window.plot().setFocus();
    QVERIFY(hint.text() != window.handle(0).toolTip());
    auto recipe = window.recipe();
    recipe.schedule.reset();
    window.document->setRecipe(recipe);
    QVERIFY(!hint.isVisible());
}

void DrawnScheduleTest::handlesAreRightInLightAndDark()
{
    DrawnWindow window;
    window.plot().setFocus();
    for (const auto mode : {ui::Theme::Mode::light, ui::Theme::Mode::dark}) {
        window.theme->setMode(mode);
        window.settle();
        const ui::ThemeColors& colors = mode == ui::Theme::Mode::dark ? ui::darkColors() : ui::lightColors();
        const QPoint centre = window.handle(3).geometry().center();
        QTRY_COMPARE(window.plot().grab().toImage().pixelColor(centre), colors.text);
        QVERIFY(ui::contrastRatio(colors.text, colors.surface) > 7);
    }
}

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::DrawnScheduleTest)
#include "drawn_schedule_test.moc"
