// SPDX-License-Identifier: GPL-3.0-or-later
// Drawing the guidance scale over the run in the recipe panel, with real mouse and key events.
#include "core/recipe/guidance_curve.h"
#include "tests/ui/window_fixture.h"
#include "ui/recipe/guidance_curve_edit.h"
#include "ui/theme/plot_library.h"
#include "ui/widgets/curve_handle.h"
#include "ui/widgets/value_slider.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QScrollArea>
#include <QToolButton>

namespace diffuscope::test {

using recipe::GuidanceCurve;
using ui::CurveHandle;

namespace {

struct CurveWindow : WindowFixture
{
    CurveWindow()
    {
        showSampled();
        QTest::mouseClick(&get<QToolButton>("guidanceBox.more"), Qt::LeftButton);
        settle();
    }

    QCustomPlot& plot() { return get<QCustomPlot>("guidanceBox.curve.plot"); }
    CurveHandle& handle(int index)
    {
        return get<CurveHandle>(qPrintable(QStringLiteral("guidanceBox.curve.handle.%1").arg(index)));
    }
    int handles() { return int(plot().findChildren<CurveHandle*>().size()); }
    std::string text() const
    {
        const auto found = recipe().guidance.options.find("curve");
        return found == recipe().guidance.options.end() ? std::string()
                                                        : std::get<std::string>(found->second);
    }
    std::vector<GuidanceCurve::Point> points() const { return GuidanceCurve::parse(text()).points(); }
    void settle()
    {
        QCoreApplication::processEvents();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        plot().replot();
    }
    void drag(int index, QPoint by)
    {
        CurveHandle& dragged = handle(index);
        const QPoint start = dragged.mapToGlobal(dragged.rect().center());
        QTest::mousePress(&dragged, Qt::LeftButton, {}, dragged.rect().center());
        for (int step = 1; step <= 3; ++step) {
            const QPoint global = start + by * step / 3;
            QMouseEvent move(QEvent::MouseMove, dragged.mapFromGlobal(global), global, Qt::LeftButton,
                             Qt::LeftButton, {});
            QApplication::sendEvent(&dragged, &move);
            plot().replot();
        }
        QTest::mouseRelease(&dragged, Qt::LeftButton, {}, dragged.rect().center());
        settle();
    }
};

}  // namespace

class GuidanceCurveTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutACurveTheScaleIsALevelLine()
    {
        CurveWindow window;
        QVERIFY(window.text().empty());
        QCOMPARE(window.handles(), 2);
        auto& data = *window.plot().graph(0)->data();
        for (const QCPGraphData& point : data)
            QCOMPARE(point.value, 2.0);
        QVERIFY(!window.get<QToolButton>("guidanceBox.curve.clear").isEnabled());
        // It follows the scale.
        auto recipe = window.recipe();
        recipe.guidance.scale = 5;
        window.document->setRecipe(recipe);
        QCOMPARE(window.plot().graph(0)->data()->at(0)->value, 5.0);
    }

    void draggingAnEndMakesACurveInOneUndoStep()
    {
        CurveWindow window;
        window.document->setMergeWindow(std::chrono::milliseconds(0));
        const int undoable = window.document->undoStack().count();
        window.drag(1, {0, -30});
        QCOMPARE(window.points().size(), std::size_t(2));
        QCOMPARE(window.points()[0].scale, 2.0);
        QVERIFY(window.points()[1].scale > 2.3);
        QCOMPARE(window.points()[1].progress, 1.0);
        QCOMPARE(window.document->undoStack().count(), undoable + 1);
        QTRY_COMPARE(window.sampling.startedRecipes().back(), window.recipe());
        // The scale has nothing to say now.
        QVERIFY(!window.get<ui::ValueSlider>("guidanceSlider").isEnabled());
        QVERIFY(window.get<QLabel>("guidanceBox.notices.0").text().contains(QStringLiteral("curve")));
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(window.text().empty());
        QVERIFY(window.get<ui::ValueSlider>("guidanceSlider").isEnabled());
    }

    void pointsAreAddedMovedByKeysAndRemoved()
    {
        CurveWindow window;
        const QRect area = window.plot().axisRect()->rect();
        QTest::mouseDClick(&window.plot(), Qt::LeftButton, {}, area.center());
        window.settle();
        QCOMPARE(window.points().size(), std::size_t(3));
        QVERIFY(std::abs(window.points()[1].progress - 0.5) < 0.02);
        QVERIFY(window.handle(1).hasFocus());
        const auto before = window.points();
        window.press(Qt::Key_Up, Qt::ShiftModifier);
        QVERIFY(window.points()[1].scale > before[1].scale + 0.2);
        window.press(Qt::Key_Right);
        QVERIFY(window.points()[1].progress > before[1].progress);
        // Never past its neighbours.
        for (int presses = 0; presses < 20; ++presses)
            window.press(Qt::Key_Right, Qt::ShiftModifier);
        QVERIFY(window.points()[1].progress < 1);
        window.press(Qt::Key_Delete);
        QCOMPARE(window.points().size(), std::size_t(2));
        window.press(Qt::Key_Delete);
        QCOMPARE(window.points().size(), std::size_t(2));
    }

    void theTextIsTheSameCurve()
    {
        CurveWindow window;
        auto& field = window.get<QLineEdit>("guidanceBox.curve");
        field.setFocus();
        QTest::keyClicks(&field, QStringLiteral("0:1, 0.4:6, 1:2"));
        QTest::keyClick(&field, Qt::Key_Return);
        window.settle();
        QCOMPARE(window.text(), std::string("0:1, 0.4:6, 1:2"));
        QCOMPARE(window.handles(), 3);
        QVERIFY(window.handle(1).toolTip().contains(QStringLiteral("6")));
        window.plot().replot();
        QVERIFY(window.plot().yAxis->range().contains(6));
        QTest::mouseClick(&window.get<QToolButton>("guidanceBox.curve.clear"), Qt::LeftButton);
        QVERIFY(window.text().empty());
        QCOMPARE(window.get<QLineEdit>("guidanceBox.curve").text(), QString());
    }

    void textThatIsNoCurveIsSaidAndKept()
    {
        CurveWindow window;
        auto& field = window.get<QLineEdit>("guidanceBox.curve");
        field.setFocus();
        QTest::keyClicks(&field, QStringLiteral("0:1, oops"));
        QTest::keyClick(&field, Qt::Key_Return);
        window.settle();
        QCOMPARE(window.handles(), 0);
        QCOMPARE(field.text(), QStringLiteral("0:1, oops"));
        QVERIFY(window.get<QLabel>("guidanceBox.notices.0").text().contains(QStringLiteral("oops")));
    }

    void theWheelOverThePlotScrollsThePanel()
    {
        CurveWindow window;
        const auto range = window.plot().yAxis->range();
        QWheelEvent wheel(QPointF(20, 20), window.plot().mapToGlobal(QPointF(20, 20)), {}, {0, -120},
                          Qt::NoButton, {}, Qt::NoScrollPhase, false);
        wheel.accept();
        QApplication::sendEvent(&window.plot(), &wheel);
        QCOMPARE(window.plot().yAxis->range(), range);
        QVERIFY(!window.plot().hasFocus());
    }
};

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::GuidanceCurveTest)
#include "guidance_curve_test.moc"
