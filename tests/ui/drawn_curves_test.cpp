// SPDX-License-Identifier: GPL-3.0-or-later
// A drawn schedule in all its curves: the menu, log-SNR, what is shown before a run, both themes.
#include "tests/ui/drawn_window.h"
#include "ui/plots/curves_view.h"
#include "ui/theme/theme_colors.h"

#include <QLabel>
#include <QMenu>
#include <QToolButton>

namespace diffuscope::test {

using schedule::DrawnQuantity;
using ui::CurveSet;

class DrawnCurvesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theMenuStartsFromAnotherFamily();
    void thePlotsMenuBeginsAndEndsDrawing();
    void pointsCanBeDraggedAsLogSnr();
    void anotherQuantityKeepsTheCurve();
    void theCurveFollowsTheHandBeforeTheRun();
    void pointsThatMakeNoScheduleHideTheHandles();
    void theHintSaysTheValues();
    void handlesAreRightInLightAndDark();
};

void DrawnCurvesTest::theMenuStartsFromAnotherFamily()
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

void DrawnCurvesTest::thePlotsMenuBeginsAndEndsDrawing()
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

void DrawnCurvesTest::pointsCanBeDraggedAsLogSnr()
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

void DrawnCurvesTest::anotherQuantityKeepsTheCurve()
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

void DrawnCurvesTest::theCurveFollowsTheHandBeforeTheRun()
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

void DrawnCurvesTest::pointsThatMakeNoScheduleHideTheHandles()
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

void DrawnCurvesTest::theHintSaysTheValues()
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

void DrawnCurvesTest::handlesAreRightInLightAndDark()
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

QTEST_MAIN(diffuscope::test::DrawnCurvesTest)
#include "drawn_curves_test.moc"
