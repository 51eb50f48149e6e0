// SPDX-License-Identifier: GPL-3.0-or-later
// Plots over frames: two cursors, four axes, structure and detail, paths, and what hovering and clicking
// does.
#include "core/measure/frame_detail.h"
#include "core/record/step_quantities.h"
#include "tests/ui/window_fixture.h"
#include "ui/plots/detail_plot.h"
#include "ui/plots/frame_keys.h"
#include "ui/plots/path_overlay.h"
#include "ui/plots/path_plot.h"
#include "ui/plots/path_series.h"
#include "ui/plots/playhead_line.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/readout.h"

#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QToolButton>

namespace diffuscope::test {

using ui::FrameAxis;

namespace {

struct Plots : WindowFixture
{
    explicit Plots(int steps = 8, int batch = 4)
    {
        showSampled(fakeRecipe(2.0, steps, batch));
        window->resize(1600, 1200);
    }
    /// The dock on top of those that share its place.
    void bringUp(const char* dock)
    {
        get<QDockWidget>(dock).show();
        get<QDockWidget>(dock).raise();
        QTRY_VERIFY(get<QDockWidget>(dock).widget()->isVisible());
        QTRY_VERIFY(get<QDockWidget>(dock).findChild<QCustomPlot*>()->axisRect()->width() > 50);
    }
    QPoint at(QCustomPlot& plot, int frame)
    {
        const ui::FrameKeys keys(document->cursors().axis(), document->shownRun());
        return {qRound(plot.xAxis->coordToPixel(keys.key(frame))), plot.axisRect()->center().y()};
    }
    std::optional<double> second(QCustomPlot& plot)
    {
        return plot.findChild<ui::PlayheadLine*>()->secondKey();
    }
};

}  // namespace

class LinkedCurvesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void controlAndAClickPutsCursorBInEveryPlot();
    void readoutsShowAAndBAndTheirDifference();
    void keysPutAndRemoveCursorB();
    void cursorBKeepsItsPlaceInARunOfOtherLength();
    void everyPlotHasTheSameAxis();
    void theAxisRunsFromNoiseToImage_data();
    void theAxisRunsFromNoiseToImage();
    void framesToComeStandWhereTheyWillBe();
    void sharesAndDistancesAreThoseOfTheRecord();
    void pickingAnImageTakesItsSharesAlone();
    void withoutAResultThereIsNoDistance();
    void aHiddenPlotWorksNothingOut();
    void hoveringThePlotOfDetailPreviewsAndLeavingRestores();
    void everyImageHasAPath();
    void aDotOfAPathPreviewsAndCommits();
    void thePlayheadIsMarkedOnEveryPath();
    void comparedRunsShareOnePlane();
    void pathsOfTheStateEndWhereThoseOfTheEstimateDo();
    void aThousandFramesDoNotHoldUpTheWindow();
};

void LinkedCurvesTest::controlAndAClickPutsCursorBInEveryPlot()
{
    Plots plots;
    plots.bringUp("stepDock");
    auto& steps = plots.get<QCustomPlot>("stepPlot");
    auto& curves = plots.get<QCustomPlot>("curvesPlot");
    QVERIFY(!plots.second(steps));
    QTest::mouseClick(&steps, Qt::LeftButton, Qt::ControlModifier, plots.at(steps, 2));
    QCOMPARE(plots.document->cursors().second(), 2);
    QCOMPARE(plots.document->committedFrame(), 8);  // the playhead stays
    QCOMPARE(*plots.second(steps), 3.0);
    QCOMPARE(*plots.second(curves), plots.document->trajectory().frames[2]->level.t);
    const int x = qRound(curves.xAxis->coordToPixel(plots.document->trajectory().frames[5]->level.t));
    QTest::mouseClick(&curves, Qt::LeftButton, Qt::ControlModifier, {x, curves.axisRect()->center().y()});
    QCOMPARE(plots.document->cursors().second(), 5);
    QCOMPARE(*plots.second(steps), 6.0);
    QTest::mouseClick(&plots.get<QToolButton>("stepRemoveSecond"), Qt::LeftButton);
    QVERIFY(!plots.second(steps) && !plots.second(curves));
}

void LinkedCurvesTest::readoutsShowAAndBAndTheirDifference()
{
    Plots plots;
    plots.bringUp("stepDock");
    plots.document->commitFrame(2);
    auto& cell = plots.get<ui::SeriesSwitch>("epsHatSwitch");
    const int before = cell.sizeHint().height();
    QVERIFY(!cell.second());
    plots.document->cursors().placeSecond(6);
    const auto& frames = plots.document->trajectory().frames;
    const auto images = record::figureImages(frames[0]->shape, -1);
    const double a = *record::stepQuantities(*frames[2], frames[1].get(), images).epsHat;
    const double b = *record::stepQuantities(*frames[6], frames[5].get(), images).epsHat;
    QTRY_VERIFY(cell.second());
    QCOMPARE(cell.value(), ui::numberText(a));
    QCOMPARE(cell.second()->value, ui::numberText(b));
    QCOMPARE(cell.second()->difference, ui::numberText(b - a));
    QVERIFY(cell.sizeHint().height() < before);  // a row of a table
    auto& time = plots.get<ui::Readout>("timeReadout");
    QCOMPARE(time.second()->difference, ui::timeText(frames[6]->level.t - frames[2]->level.t));
    auto& text = plots.get<QLabel>("stepCursorText");
    QCOMPARE(text.text(), QStringLiteral("A 3   B 7   B−A 4"));
    plots.document->cursors().removeSecond();
    QVERIFY(!cell.second() && !time.second());
}

void LinkedCurvesTest::keysPutAndRemoveCursorB()
{
    Plots plots;
    plots.document->commitFrame(3);
    plots.press(Qt::Key_M);
    QCOMPARE(plots.document->cursors().second(), 3);
    plots.press(Qt::Key_Right);
    QCOMPARE(plots.document->committedFrame(), 4);
    QCOMPARE(plots.document->cursors().second(), 3);
    plots.press(Qt::Key_M, Qt::ShiftModifier);
    QCOMPARE(plots.document->cursors().second(), -1);
}

void LinkedCurvesTest::cursorBKeepsItsPlaceInARunOfOtherLength()
{
    Plots plots;
    plots.document->cursors().placeSecond(4);
    plots.document->setRecipe(fakeRecipe(2.0, 16, 4));
    QTRY_COMPARE(plots.document->trajectory().size(), 17);
    QCOMPARE(plots.document->cursors().second(), 8);
}

void LinkedCurvesTest::everyPlotHasTheSameAxis()
{
    Plots plots;
    plots.bringUp("stepDock");
    auto& box = plots.get<QComboBox>("stepAxisBox");
    box.setFocus();
    QTest::keyClick(&box, Qt::Key_Down);
    QCOMPARE(plots.document->cursors().axis(), FrameAxis::time);
    auto& steps = plots.get<QCustomPlot>("stepPlot");
    const auto& frames = plots.document->trajectory().frames;
    // Sorted by key: the first frame is the latest time.
    QCOMPARE((steps.graph(1)->data()->constEnd() - 1)->key, frames[0]->level.t);
    QVERIFY(steps.xAxis->rangeReversed());
    plots.bringUp("detailDock");
    auto& detail = plots.get<QCustomPlot>("detailPlot");
    QCOMPARE(detail.xAxis->range(), steps.xAxis->range());
    QCOMPARE(plots.get<QComboBox>("detailAxisBox").currentData().toInt(), int(FrameAxis::time));
    QTest::mouseClick(&detail, Qt::LeftButton, {}, plots.at(detail, 5));
    QCOMPARE(plots.document->committedFrame(), 5);
}

void LinkedCurvesTest::theAxisRunsFromNoiseToImage_data()
{
    QTest::addColumn<int>("axis");
    for (int axis = 0; axis < 4; ++axis)
        QTest::addRow("axis %d", axis) << axis;
}

void LinkedCurvesTest::theAxisRunsFromNoiseToImage()
{
    QFETCH(const int, axis);
    Plots plots;
    plots.bringUp("stepDock");
    plots.document->cursors().setAxis(FrameAxis(axis));
    auto& plot = plots.get<QCustomPlot>("stepPlot");
    const ui::FrameKeys keys(FrameAxis(axis), plots.document->shownRun());
    int last = -1000;
    for (int frame = 0; frame <= 8; ++frame) {
        const auto& level = plots.document->trajectory().frames[std::size_t(frame)]->level;
        const double expected = axis == 0   ? frame + 1
                                : axis == 1 ? level.t
                                : axis == 2 ? level.logSnr()
                                            : frame;
        if (frame < 8)
            QCOMPARE(keys.key(frame), expected);
        QVERIFY(std::isfinite(keys.key(frame)));
        QCOMPARE(keys.nearest(keys.key(frame), 9), frame);
        const int x = plots.at(plot, frame).x();
        QVERIFY2(x > last, qPrintable(QString::number(frame)));
        QVERIFY(plot.axisRect()->rect().adjusted(-1, 0, 1, 0).contains(x, plot.axisRect()->center().y()));
        last = x;
    }
}

void LinkedCurvesTest::framesToComeStandWhereTheyWillBe()
{
    WindowFixture fixture;
    fixture.show();
    fixture.sampling.block();
    fixture.document->loadRecipe(fakeRecipe(2.0, 10));
    fixture.sampling.allow(4);
    QTRY_COMPARE(fixture.document->trajectory().size(), 4);
    for (const FrameAxis axis :
         {FrameAxis::step, FrameAxis::time, FrameAxis::logSnr, FrameAxis::evaluations}) {
        const ui::FrameKeys early(axis, fixture.document->shownRun());
        QCOMPARE(early.size(), 11);
        QCOMPARE(early.nearest(early.key(9), 4), 3);
        ui::RunUpdate whole = fixture.document->shownRun();
        auto all = std::make_shared<record::Trajectory>(*whole.trajectory);
        for (int frame = 4; frame <= 10; ++frame)
            all->frames.push_back(fakeFrame(fakeRecipe(2.0, 10), frame));
        whole.trajectory = all;
        const ui::FrameKeys late(axis, whole);
        for (int frame = 0; frame <= 10; ++frame)
            QCOMPARE(early.key(frame), late.key(frame));
    }
}

void LinkedCurvesTest::sharesAndDistancesAreThoseOfTheRecord()
{
    Plots plots;
    plots.bringUp("detailDock");
    auto& view = plots.get<ui::DetailPlot>("detailPlotView");
    QTRY_VERIFY(view.isUpToDate());
    auto& plot = plots.get<QCustomPlot>("detailPlot");
    const auto& frames = plots.document->trajectory().frames;
    const auto images = record::figureImages(frames[0]->shape, -1);
    const measure::FrequencyBands bands(28, 28);
    for (int frame = 0; frame <= 8; ++frame) {
        const auto shares = *measure::structureOf(*frames[std::size_t(frame)], bands, images);
        double top = 0;
        for (int band = 0; band < measure::frequencyBands; ++band) {
            top += shares[std::size_t(band)];
            QCOMPARE(plot.graph(band)->data()->at(frame)->value, top);
        }
        QVERIFY(std::abs(top - 1) < 1e-12);
    }
    plots.document->commitFrame(3);
    const auto shares = *measure::structureOf(*frames[3], bands, images);
    QCOMPARE(plots.get<ui::SeriesSwitch>("band0Readout").value(),
             QStringLiteral("%1 %").arg(QLocale().toString(100 * shares[0], 'f', 1)));
    QCOMPARE(plots.get<ui::SeriesSwitch>("distanceSwitch").value(),
             ui::numberText(*measure::distanceToResult(*frames[3], *frames.back(), images)));
}

void LinkedCurvesTest::pickingAnImageTakesItsSharesAlone()
{
    Plots plots;
    plots.bringUp("detailDock");
    auto& view = plots.get<ui::DetailPlot>("detailPlotView");
    QTRY_VERIFY(view.isUpToDate());
    plots.document->selectImage(2);
    QTRY_VERIFY(view.isUpToDate());
    const auto shares = *measure::structureOf(*plots.document->trajectory().frames[1],
                                              measure::FrequencyBands(28, 28), std::vector{2});
    QTRY_COMPARE(plots.get<QCustomPlot>("detailPlot").graph(0)->data()->at(1)->value, shares[0]);
}

void LinkedCurvesTest::withoutAResultThereIsNoDistance()
{
    WindowFixture fixture;
    fixture.show();
    fixture.sampling.block();
    fixture.document->loadRecipe(fakeRecipe(2.0, 5));
    fixture.sampling.allow(3);
    QTRY_COMPARE(fixture.document->trajectory().size(), 3);
    fixture.get<QDockWidget>("detailDock").raise();
    auto& plot = fixture.get<QCustomPlot>("detailPlot");
    QTRY_COMPARE(plot.graph(0)->dataCount(), 3);
    auto& distance = fixture.get<ui::SeriesSwitch>("distanceSwitch");
    QCOMPARE(distance.value(), QStringLiteral("–"));
    fixture.sampling.unblock();
    QTRY_COMPARE(distance.value(),
                 QStringLiteral("∞"));  // the fake's estimates are the result from the start
    QTRY_COMPARE(plot.graph(0)->dataCount(), 6);
}

void LinkedCurvesTest::aHiddenPlotWorksNothingOut()
{
    Plots plots;
    plots.get<QDockWidget>("detailDock").hide();
    plots.get<QDockWidget>("pathDock").hide();
    plots.document->setRecipe(fakeRecipe(2.5, 5, 4));
    QTRY_COMPARE(plots.document->trajectory().size(), 6);
    QTest::qWait(100);
    const auto& series = plots.get<ui::PathPlot>("pathPlotView").series();
    const auto isShown = [&] {
        return !series.paths().empty() && series.paths().back().run == plots.document->shownRun().run;
    };
    QVERIFY(!isShown());
    plots.bringUp("pathDock");
    QTRY_VERIFY(isShown() && series.isUpToDate());
}

void LinkedCurvesTest::hoveringThePlotOfDetailPreviewsAndLeavingRestores()
{
    Plots plots;
    plots.bringUp("detailDock");
    auto& plot = plots.get<QCustomPlot>("detailPlot");
    QTest::mouseMove(&plot, plots.at(plot, 3));
    QTRY_COMPARE(plots.document->playhead(), 3);
    QCOMPARE(plots.document->committedFrame(), 8);
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&plot, &leave);
    QCOMPARE(plots.document->playhead(), 8);
}

void LinkedCurvesTest::everyImageHasAPath()
{
    Plots plots(8, 4);
    plots.bringUp("pathDock");
    auto& view = plots.get<ui::PathPlot>("pathPlotView");
    QTRY_VERIFY(view.series().isUpToDate());
    const auto& paths = view.series().paths();
    QCOMPARE(paths.size(), std::size_t(1));
    QCOMPARE(paths[0].images, (std::vector<int>{0, 1, 2, 3}));
    QCOMPARE(paths[0].places.size(), std::size_t(9));
    QCOMPARE(plots.get<QCustomPlot>("pathPlot").plottableCount(), 4);
    // Of one scale, so that distances in the plot are distances in the plane.
    const auto plane = view.series().explained();
    QVERIFY(plane[0] >= plane[1] && plane[0] + plane[1] <= 1 + 1e-12);
    auto& plot = plots.get<QCustomPlot>("pathPlot");
    QTRY_VERIFY(std::abs(plot.xAxis->range().size() / plot.axisRect()->width() /
                             (plot.yAxis->range().size() / plot.axisRect()->height()) -
                         1) < 1e-6);
}

void LinkedCurvesTest::aDotOfAPathPreviewsAndCommits()
{
    Plots plots(4, 3);
    plots.bringUp("pathDock");
    auto& view = plots.get<ui::PathPlot>("pathPlotView");
    view.setLayer(record::Layer::xt);
    QTRY_VERIFY(view.series().isUpToDate());
    auto& plot = plots.get<QCustomPlot>("pathPlot");
    QTest::qWait(50);  // its replot
    const auto start = view.positionOf(0, 2);
    QVERIFY(start && plot.axisRect()->rect().contains(start->toPoint()));
    QTest::mouseMove(&plot, start->toPoint());
    QTRY_COMPARE(plots.document->playhead(), 0);
    QCOMPARE(plots.document->committedFrame(), 4);
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&plot, &leave);
    QCOMPARE(plots.document->playhead(), 4);
    QTest::mouseClick(&plot, Qt::LeftButton, {}, start->toPoint());
    QCOMPARE(plots.document->committedFrame(), 0);
    QCOMPARE(plots.document->selectedImage(), 2);
    const auto other = view.positionOf(1, 1);
    QTest::mouseClick(&plot, Qt::LeftButton, Qt::ControlModifier, other->toPoint());
    QCOMPARE(plots.document->cursors().second(), 1);
    QCOMPARE(plots.document->committedFrame(), 0);
}

void LinkedCurvesTest::thePlayheadIsMarkedOnEveryPath()
{
    Plots plots(4, 3);
    plots.bringUp("pathDock");
    auto& view = plots.get<ui::PathPlot>("pathPlotView");
    QTRY_VERIFY(view.series().isUpToDate());
    auto& overlay = plots.get<ui::PathOverlay>("pathOverlay");
    QTRY_COMPARE(overlay.marks().first.size(), std::size_t(3));
    plots.document->commitFrame(1);
    for (int image = 0; image < 3; ++image)
        QCOMPARE(overlay.marks().first[std::size_t(image)], *view.positionOf(1, image));
    QVERIFY(overlay.marks().second.empty());
    plots.document->cursors().placeSecond(3);
    QCOMPARE(overlay.marks().second.size(), std::size_t(3));
}

void LinkedCurvesTest::comparedRunsShareOnePlane()
{
    Plots plots(4, 3);
    plots.bringUp("pathDock");
    auto& view = plots.get<ui::PathPlot>("pathPlotView");
    const ui::RunUpdate first = plots.document->shownRun();
    plots.document->setRecipe(fakeRecipe(5.0, 6, 3));
    QTRY_COMPARE(plots.document->trajectory().size(), 7);
    view.setComparedRuns({first});
    QTRY_VERIFY(view.series().isUpToDate() && view.series().paths().size() == 2);
    const auto& paths = view.series().paths();
    QCOMPARE(paths[0].run, first.run);
    QCOMPARE(paths[0].places.size(), std::size_t(5));
    QCOMPARE(paths[1].places.size(), std::size_t(7));
    QTRY_COMPARE(plots.get<QCustomPlot>("pathPlot").plottableCount(), 6);
    const auto colorOf = [&](int curve) {
        return plots.get<QCustomPlot>("pathPlot").plottable(curve)->pen().color().rgb();
    };
    const auto& series = ui::themeColors(view.palette()).series;
    QCOMPARE(colorOf(3), series[0].rgb());  // the shown run, the first of the comparison
    QCOMPARE(colorOf(0), series[1].rgb());
    view.setComparedRuns({});
    QTRY_COMPARE(view.series().paths().size(), std::size_t(1));
}

void LinkedCurvesTest::pathsOfTheStateEndWhereThoseOfTheEstimateDo()
{
    Plots plots(4, 3);
    plots.bringUp("pathDock");
    auto& view = plots.get<ui::PathPlot>("pathPlotView");
    QTRY_VERIFY(view.series().isUpToDate());
    QTest::mouseClick(&plots.get<QToolButton>("pathOfXt"), Qt::LeftButton);
    QCOMPARE(int(view.layer()), int(record::Layer::xt));
    QTRY_VERIFY(view.series().isUpToDate());
    // Noise spreads in every direction, images do not.
    const auto& places = view.series().paths().back().places;
    const auto length = [&](std::size_t frame, std::size_t image) {
        return std::hypot(places[frame][image][0] - places[4][image][0],
                          places[frame][image][1] - places[4][image][1]);
    };
    for (std::size_t image = 0; image < 3; ++image)
        QVERIFY(length(0, image) > length(3, image));
}

void LinkedCurvesTest::aThousandFramesDoNotHoldUpTheWindow()
{
    Plots plots(2, 16);
    plots.bringUp("pathDock");
    ui::PathSeries series;
    auto trajectory = std::make_shared<record::Trajectory>();
    for (int frame = 0; frame <= 1000; ++frame)
        trajectory->frames.push_back(fakeFrame(fakeRecipe(2, 10, 16), frame % 10));
    trajectory->plannedFrames = 1001;
    ui::RunUpdate run;
    run.run = 77;
    run.trajectory = trajectory;
    QElapsedTimer clock;
    clock.start();
    series.follow({run}, record::Layer::x0Hat);
    QVERIFY2(clock.elapsed() < 20, qPrintable(QString::number(clock.elapsed())));
    QTRY_VERIFY_WITH_TIMEOUT(series.isUpToDate(), 20000);
    QCOMPARE(series.paths().front().places.size(), std::size_t(1001));
    QCOMPARE(series.paths().front().places.front().size(), std::size_t(16));
}

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::LinkedCurvesTest)
#include "linked_curves_test.moc"
