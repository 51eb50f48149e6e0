// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/step_quantities.h"
#include "tests/support/fake_run.h"
#include "ui/document/session_document.h"
#include "ui/engine/sampling_service.h"
#include "ui/plots/playhead_line.h"
#include "ui/plots/step_plot.h"
#include "ui/plots/step_series.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/readout.h"

#include <QSignalSpy>
#include <QTest>

using namespace diffuscope;
using ui::StepQuantity;

namespace {

/// A step plot of a document whose runs are fakes.
struct Bench
{
    test::FakeSampling fake;
    ui::SamplingService service{fake.factory()};
    ui::SessionDocument document{service};
    ui::StepPlot view{document};

    Bench()
    {
        view.resize(420, 300);
        view.show();
    }
    ~Bench() { fake.unblock(); }

    void start(int steps, double guidance = 2)
    {
        document.loadRecipe(test::fakeRecipe(guidance, steps));
        document.sample();
    }
    void sample(int steps, double guidance = 2)
    {
        start(steps, guidance);
        QTRY_VERIFY(document.shownRun().state == ui::RunState::finished &&
                    document.trajectory().size() == steps + 1);
        QTRY_VERIFY(series().isUpToDate());
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QTRY_VERIFY(plot().axisRect()->width() > 100);
    }

    QCustomPlot& plot() { return *view.findChild<QCustomPlot*>(QStringLiteral("stepPlot")); }
    ui::StepSeries& series() { return *view.findChild<ui::StepSeries*>(); }
    QCPGraph& graph(StepQuantity quantity) { return *plot().graph(int(quantity)); }
    ui::SeriesSwitch& toggle(const char* name)
    {
        return *view.findChild<ui::SeriesSwitch*>(QLatin1String(name));
    }
    QPoint atFrame(int frame)
    {
        return QPoint(qRound(plot().xAxis->coordToPixel(frame + 1)), plot().axisRect()->center().y());
    }
};

}  // namespace

class TestStepPlot : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutARunItSaysWhatToDo()
    {
        Bench bench;
        auto* empty = bench.view.findChild<QLabel*>(QStringLiteral("stepPlotEmptyLabel"));
        QVERIFY(empty && empty->isVisible());
        QVERIFY(empty->text().contains(QStringLiteral("recipe")));
        bench.sample(3);
        QVERIFY(!empty->isVisible());
    }

    void pointsAreTheStepsFigures()
    {
        Bench bench;
        bench.sample(5);
        const auto& frames = bench.document.trajectory().frames;
        const auto images = record::figureImages(frames[0]->shape, -1);
        for (int i = 0; i < 5; ++i) {
            const auto expected = record::stepQuantities(
                *frames[std::size_t(i)], i > 0 ? frames[std::size_t(i) - 1].get() : nullptr, images);
            QCOMPARE(bench.graph(StepQuantity::epsHat).data()->at(i)->key, double(i + 1));
            QCOMPARE(bench.graph(StepQuantity::epsHat).data()->at(i)->value, *expected.epsHat);
            QCOMPARE(bench.graph(StepQuantity::guidanceDifference).data()->at(i)->value,
                     *expected.guidanceDifference);
            QCOMPARE(bench.graph(StepQuantity::networkMs).data()->at(i)->value, expected.networkMs);
            QCOMPARE(bench.graph(StepQuantity::totalMs).data()->at(i)->value, expected.totalMs);
            const double change = bench.graph(StepQuantity::x0HatChange).data()->at(i)->value;
            if (i == 0)
                QVERIFY(std::isnan(change));
            else
                QCOMPARE(change, *expected.x0HatChange);
        }
        QCOMPARE(bench.graph(StepQuantity::epsHat).dataCount(), 5);  // the result is no step
    }

    void itGrowsAsFramesArriveAndComputesEachOnce()
    {
        Bench bench;
        bench.fake.block();
        bench.start(6);
        for (int arrived = 1; arrived <= 6; ++arrived) {
            bench.fake.allow(1);
            QTRY_VERIFY(bench.graph(StepQuantity::epsHat).dataCount() == arrived);
        }
        QTRY_VERIFY(bench.document.trajectory().isComplete() && bench.series().isUpToDate());
        QCOMPARE(bench.series().framesComputed(), 7);
    }

    void aNewRunStartsOver()
    {
        Bench bench;
        bench.sample(6);
        bench.sample(3);
        QCOMPARE(bench.graph(StepQuantity::epsHat).dataCount(), 3);
        QCOMPARE(bench.plot().xAxis->range().upper, 4.5);
    }

    void pickingAnImageTakesItsFiguresAlone()
    {
        Bench bench;
        bench.sample(4);
        const double all = bench.graph(StepQuantity::epsHat).data()->at(1)->value;
        bench.document.selectImage(1);
        QTRY_VERIFY(bench.series().isUpToDate());
        const auto expected =
            record::stepQuantities(*bench.document.trajectory().frames[1], nullptr, std::vector{1});
        QCOMPARE(bench.graph(StepQuantity::epsHat).data()->at(1)->value, *expected.epsHat);
        QVERIFY(all != *expected.epsHat);
    }

    void withoutGuidanceTheDifferenceHasNoPoint()
    {
        Bench bench;
        bench.sample(4, 1.0);
        for (const auto& point : *bench.graph(StepQuantity::guidanceDifference).data())
            QVERIFY(std::isnan(point.value));
        bench.document.commitFrame(1);
        QCOMPARE(bench.toggle("guidanceDifferenceSwitch").value(), QStringLiteral("–"));
    }

    void aSwitchShowsAndHidesItsSeries()
    {
        Bench bench;
        bench.sample(4);
        auto& toggle = bench.toggle("epsHatSwitch");
        QVERIFY(toggle.isChecked() && bench.graph(StepQuantity::epsHat).visible());
        QTest::mouseClick(&toggle, Qt::LeftButton);
        QVERIFY(!bench.graph(StepQuantity::epsHat).visible());
        QTest::keyClick(&toggle, Qt::Key_Space);
        QVERIFY(bench.graph(StepQuantity::epsHat).visible());
    }

    void theTimeAxisIsThereWhileATimeIsShown()
    {
        Bench bench;
        bench.sample(4);
        QVERIFY(bench.plot().yAxis2->visible());
        bench.view.setShown(StepQuantity::networkMs, false);
        QVERIFY(!bench.plot().yAxis2->visible());
        bench.view.setShown(StepQuantity::totalMs, true);
        QVERIFY(bench.plot().yAxis2->visible());
        QVERIFY(bench.plot().yAxis2->range().contains(1.6));
    }

    void draggingMovesTheDocumentsPlayhead()
    {
        Bench bench;
        bench.sample(8);
        QTest::mousePress(&bench.plot(), Qt::LeftButton, {}, bench.atFrame(6));
        QCOMPARE(bench.document.committedFrame(), 6);
        QTest::mouseMove(&bench.plot(), bench.atFrame(2));
        QCOMPARE(bench.document.committedFrame(), 2);
        QTest::mouseMove(&bench.plot(), QPoint(-50, 10));
        QCOMPARE(bench.document.committedFrame(), 0);
        QTest::mouseRelease(&bench.plot(), Qt::LeftButton, {}, bench.atFrame(0));
        QTest::mouseMove(&bench.plot(), bench.atFrame(5));
        QCOMPARE(bench.document.committedFrame(), 0);
        QCOMPARE(bench.document.playhead(), 5);
    }

    void framesThatHaveNotArrivedCannotBeReached()
    {
        Bench bench;
        bench.fake.block();
        bench.start(8);
        bench.fake.allow(3);
        QTRY_COMPARE(bench.document.trajectory().size(), 3);
        QTRY_VERIFY(bench.plot().isVisible() && bench.plot().axisRect()->width() > 100);
        QTest::mouseClick(&bench.plot(), Qt::LeftButton, {}, bench.atFrame(7));
        QCOMPARE(bench.document.playhead(), 2);
    }

    void switchesShowTheValuesAtThePlayhead()
    {
        Bench bench;
        bench.sample(4);
        bench.document.commitFrame(2);
        QCOMPARE(bench.toggle("epsHatSwitch").value(),
                 ui::numberText(*bench.series().quantities()[2].epsHat));
        QCOMPARE(bench.toggle("networkMsSwitch").value(), ui::numberText(1.5));
        // At the result, which has no step of its own, the last step's.
        bench.document.commitFrame(4);
        QCOMPARE(bench.toggle("epsHatSwitch").value(),
                 ui::numberText(*bench.series().quantities()[3].epsHat));
    }

    void movingThePlayheadPlotsNoSeriesAgain()
    {
        Bench bench;
        bench.sample(8);
        QTest::qWait(0);  // queued replots
        QSignalSpy replots(&bench.plot(), &QCustomPlot::afterReplot);
        const QImage before = bench.plot().grab().toImage();
        bench.document.commitFrame(3);
        QCoreApplication::processEvents();
        QVERIFY(before != bench.plot().grab().toImage());
        QCOMPARE(replots.count(), 0);
    }

    void switchingTheThemeRestylesTheSeries()
    {
        ui::Theme theme;
        theme.setMode(ui::Theme::Mode::light);
        Bench bench;
        bench.sample(4);
        QCOMPARE(bench.graph(StepQuantity::epsHat).pen().color(), ui::lightColors().series[1]);
        theme.setMode(ui::Theme::Mode::dark);
        QTRY_COMPARE(bench.graph(StepQuantity::epsHat).pen().color(), ui::darkColors().series[1]);
        QCOMPARE(bench.toggle("epsHatSwitch").color(), ui::darkColors().series[1]);
    }

    void aFinishedRunOfAThousandStepsIsTakenInSlices()
    {
        const auto recipe = test::fakeRecipe(2, 1000, 16);
        auto trajectory = std::make_shared<record::Trajectory>();
        const auto frame = test::fakeFrame(test::fakeRecipe(2, 10, 16), 3);
        trajectory->frames.assign(1001, frame);
        trajectory->plannedFrames = 1001;
        ui::StepSeries series;
        QSignalSpy grew(&series, &ui::StepSeries::grew);
        series.follow(1, trajectory, -1);
        QVERIFY(!series.isUpToDate());
        QTRY_VERIFY(series.isUpToDate());
        QVERIFY(grew.count() > 3);
        QCOMPARE(series.framesComputed(), 1001);
        QCOMPARE(int(series.quantities().size()), 1001);
    }

    void everySwitchIsReachedByTab()
    {
        Bench bench;
        bench.sample(4);
        for (const auto* toggle : bench.view.findChildren<ui::SeriesSwitch*>()) {
            QVERIFY2(toggle->focusPolicy() & Qt::TabFocus, qPrintable(toggle->objectName()));
            QVERIFY(!toggle->accessibleName().isEmpty());
            QVERIFY(!toggle->toolTip().isEmpty());
        }
        QVERIFY(bench.plot().focusPolicy() & Qt::TabFocus);
    }
};

QTEST_MAIN(TestStepPlot)
#include "step_plot_test.moc"
