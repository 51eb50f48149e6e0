// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/schedule_registry.h"
#include "tests/support/fake_run.h"
#include "ui/document/session_document.h"
#include "ui/engine/sampling_service.h"
#include "ui/plots/curves_view.h"
#include "ui/plots/decade_ticker.h"
#include "ui/plots/playhead_line.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/readout.h"

#include <QSignalSpy>
#include <QTabBar>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace diffuscope;
using ui::CurveSet;

namespace {

/// A view of a document whose runs are fakes.
struct Bench
{
    test::FakeSampling fake;
    ui::SamplingService service{fake.factory()};
    ui::SessionDocument document{service};
    ui::CurvesView view{document};

    Bench()
    {
        view.resize(420, 320);
        view.show();
    }

    void sample(int steps)
    {
        document.loadRecipe(test::fakeRecipe(2, steps));
        document.sample();
        QTRY_VERIFY(document.shownRun().state == ui::RunState::finished &&
                    document.trajectory().size() == steps + 1);
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QTRY_VERIFY(plot().axisRect()->width() > 100);
    }

    QCustomPlot& plot() { return *view.findChild<QCustomPlot*>(QStringLiteral("curvesPlot")); }
    ui::PlayheadLine& line() { return *plot().findChild<ui::PlayheadLine*>(); }
    QString readout(const char* name) { return view.findChild<ui::Readout*>(QLatin1String(name))->value(); }

    /// Where time `t` is in the plot, half-way up.
    QPoint at(double t)
    {
        return QPoint(qRound(plot().xAxis->coordToPixel(t)), plot().axisRect()->center().y());
    }
    double timeOf(int frame) { return document.trajectory().frames[std::size_t(frame)]->level.t; }

    QCPGraph* graph(const QString& name, bool visible = true)
    {
        for (int i = 0; i < plot().graphCount(); ++i)
            if (plot().graph(i)->name() == name && plot().graph(i)->visible() == visible)
                return plot().graph(i);
        return nullptr;
    }
    static std::vector<double> keysOf(const QCPGraph& graph)
    {
        std::vector<double> keys;
        for (const QCPGraphData& point : *graph.data())
            keys.push_back(point.key);
        return keys;
    }
};

}  // namespace

class TestCurvesView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutARunItSaysWhatToDo()
    {
        Bench bench;
        auto* empty = bench.view.findChild<QWidget*>(QStringLiteral("curvesEmptyLabel"));
        QVERIFY(empty && empty->isVisible());
        QVERIFY(!bench.plot().isVisible());
        bench.sample(4);
        QVERIFY(!empty->isVisible());
        QVERIFY(bench.plot().isVisible());
    }

    void visitedTicksAreTheGridsTimes()
    {
        Bench bench;
        bench.sample(8);
        std::vector<double> expected;
        for (const auto& level : bench.document.shownRun().grid->levels)
            if (!level.isClean())
                expected.push_back(level.t);
        QCOMPARE(expected.size(), std::size_t(8));
        QCOMPARE(ui::visitedTimes(*bench.document.shownRun().grid), expected);

        std::ranges::sort(expected);
        QVERIFY(bench.graph(QStringLiteral("visited")));
        QCOMPARE(Bench::keysOf(*bench.graph(QStringLiteral("visited"))), expected);
    }

    void ticksFollowAnotherNumberOfSteps()
    {
        Bench bench;
        bench.sample(4);
        bench.sample(10);
        QCOMPARE(Bench::keysOf(*bench.graph(QStringLiteral("visited"))).size(), std::size_t(10));
    }

    void everyTrainingTimeIsDrawn_data()
    {
        QTest::addColumn<int>("set");
        for (int set = 0; set < 5; ++set)
            QTest::addRow("set %d", set) << set;
    }
    void everyTrainingTimeIsDrawn()
    {
        QFETCH(const int, set);
        Bench bench;
        bench.sample(4);
        bench.view.setCurveSet(CurveSet(set));
        const auto& schedule = *bench.document.shownRun().schedule;
        int drawn = 0;
        for (int i = 0; i < bench.plot().graphCount(); ++i) {
            const QCPGraph& graph = *bench.plot().graph(i);
            if (!graph.visible() || graph.name() == QStringLiteral("visited"))
                continue;
            QCOMPARE(graph.dataCount(), schedule.levels());
            for (const int t : {0, 500, 999})
                QCOMPARE(graph.data()->at(t)->value,
                         ui::curveValue(CurveSet(set), drawn, schedule, schedule.level(t)));
            ++drawn;
        }
        QCOMPARE(drawn, ui::curveCount(CurveSet(set)));
        QCOMPARE(bench.plot().yAxis->scaleType() == QCPAxis::stLogarithmic, ui::isLogarithmic(CurveSet(set)));
        for (const int t : {0, 999}) {
            const double value = ui::curveValue(CurveSet(set), 0, schedule, schedule.level(t));
            QVERIFY(bench.plot().yAxis->range().contains(value));
        }
    }

    void clickingATabShowsItsCurve()
    {
        Bench bench;
        bench.sample(4);
        auto* tabs = bench.view.findChild<QTabBar*>(QStringLiteral("curveTabs"));
        QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(int(CurveSet::snr)).center());
        QCOMPARE(bench.view.curveSet(), CurveSet::snr);
        QCOMPARE(bench.plot().yAxis->scaleType(), QCPAxis::stLogarithmic);
        QTest::keyClick(tabs, Qt::Key_Left);
        QCOMPARE(bench.view.curveSet(), CurveSet::coefficients);
    }

    void draggingMovesTheDocumentsPlayhead()
    {
        Bench bench;
        bench.sample(8);
        QCOMPARE(bench.document.committedFrame(), 8);
        QTest::mousePress(&bench.plot(), Qt::LeftButton, {}, bench.at(bench.timeOf(6)));
        QCOMPARE(bench.document.committedFrame(), 6);
        QTest::mouseMove(&bench.plot(), bench.at(bench.timeOf(3) + 20));
        QCOMPARE(bench.document.committedFrame(), 3);
        QTest::mouseMove(&bench.plot(), bench.at(bench.timeOf(1) - 20));
        QCOMPARE(bench.document.committedFrame(), 1);
        QTest::mouseRelease(&bench.plot(), Qt::LeftButton, {}, bench.at(bench.timeOf(1)));
        QCOMPARE(bench.line().key(), bench.timeOf(1));
    }

    void hoveringPreviewsAndLeavingRestores()
    {
        Bench bench;
        bench.sample(8);
        bench.document.commitFrame(2);
        QTest::mouseMove(&bench.plot(), bench.at(bench.timeOf(5)));
        QCOMPARE(bench.document.playhead(), 5);
        QCOMPARE(bench.document.committedFrame(), 2);
        QVERIFY(bench.document.isPreviewing());
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(&bench.plot(), &leave);
        QCOMPARE(bench.document.playhead(), 2);
        QVERIFY(!bench.document.isPreviewing());
    }

    void aClickCommits()
    {
        Bench bench;
        bench.sample(8);
        QTest::mouseClick(&bench.plot(), Qt::LeftButton, {}, bench.at(bench.timeOf(4)));
        QCOMPARE(bench.document.committedFrame(), 4);
    }

    void theRightButtonMovesNothing()
    {
        Bench bench;
        bench.sample(8);
        QTest::mouseClick(&bench.plot(), Qt::RightButton, {}, bench.at(bench.timeOf(4)));
        QCOMPARE(bench.document.committedFrame(), 8);
    }

    void keysMoveThePlayhead()
    {
        Bench bench;
        bench.sample(20);
        QTest::keyClick(&bench.plot(), Qt::Key_Home);
        QCOMPARE(bench.document.committedFrame(), 0);
        QTest::keyClick(&bench.plot(), Qt::Key_Right);
        QCOMPARE(bench.document.committedFrame(), 1);
        QTest::keyClick(&bench.plot(), Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(bench.document.committedFrame(), 11);
        QTest::keyClick(&bench.plot(), Qt::Key_Left);
        QCOMPARE(bench.document.committedFrame(), 10);
        QTest::keyClick(&bench.plot(), Qt::Key_Left, Qt::ShiftModifier);
        QTest::keyClick(&bench.plot(), Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(bench.document.committedFrame(), 0);
        QTest::keyClick(&bench.plot(), Qt::Key_End);
        QCOMPARE(bench.document.committedFrame(), 20);
    }

    void theReadoutGivesTheFramesValues()
    {
        Bench bench;
        bench.sample(4);
        bench.document.commitFrame(1);
        const auto& level = bench.document.trajectory().frames[1]->level;
        QCOMPARE(bench.readout("timeReadout"), QLocale().toString(level.t, 'f', 0));
        QCOMPARE(bench.readout("alphaBarReadout"), ui::numberText(level.alphaBar()));
        QCOMPARE(bench.readout("snrReadout"), ui::numberText(level.snr()));
        QCOMPARE(bench.readout("noiseToSignalReadout"), ui::numberText(level.noiseToSignal()));
        QCOMPARE(bench.readout("betaReadout"),
                 ui::numberText(bench.document.shownRun().schedule->beta(int(level.t))));
        bench.document.commitFrame(4);
        QCOMPARE(bench.readout("snrReadout"), QStringLiteral("∞"));
        QCOMPARE(bench.readout("betaReadout"), QStringLiteral("–"));
    }

    void movingThePlayheadPlotsNoCurveAgain()
    {
        Bench bench;
        bench.sample(8);
        QTest::qWait(0);  // queued replots
        QSignalSpy replots(&bench.plot(), &QCustomPlot::afterReplot);
        for (int frame = 0; frame <= 8; ++frame) {
            bench.document.commitFrame(frame);
            QCoreApplication::processEvents();
        }
        QCOMPARE(replots.count(), 0);
        const QImage before = bench.plot().grab().toImage();
        bench.document.commitFrame(2);
        QVERIFY(before != bench.plot().grab().toImage());
        QCOMPARE(replots.count(), 0);
    }

    void aNewRunOnTheSameLevelsPlotsNoCurveAgain()
    {
        Bench bench;
        bench.sample(8);
        QCoreApplication::processEvents();
        QSignalSpy replots(&bench.plot(), &QCustomPlot::afterReplot);
        const auto before = bench.document.shownRun().run;
        auto recipe = bench.document.recipe();
        recipe.guidance.scale = 5;
        bench.document.setRecipe(recipe);
        QTRY_VERIFY(bench.document.shownRun().run != before && bench.document.trajectory().isComplete());
        QCoreApplication::processEvents();
        QCOMPARE(replots.count(), 0);
    }

    void switchingTheThemeRestylesTheCurves()
    {
        ui::Theme theme;
        theme.setMode(ui::Theme::Mode::light);
        Bench bench;
        bench.sample(4);
        QCOMPARE(bench.graph(QStringLiteral("in use"))->pen().color(), ui::lightColors().series[0]);
        theme.setMode(ui::Theme::Mode::dark);
        QTRY_COMPARE(bench.graph(QStringLiteral("in use"))->pen().color(), ui::darkColors().series[0]);
        QCOMPARE(bench.plot().xAxis->tickLabelColor(), ui::darkColors().mutedText);
        QTRY_COMPARE(bench.plot().grab().toImage().pixelColor(2, 2), ui::darkColors().surface);
    }

    void theTrainingScheduleIsGreyWhereAnotherIsInUse()
    {
        Bench bench;
        bench.sample(4);
        const auto own = std::make_shared<schedule::NoiseSchedule>(*bench.document.shownRun().schedule);
        bench.view.setTrainingSchedule(own);
        QVERIFY(!bench.graph(QStringLiteral("of training")));
        const auto cosine = std::make_shared<schedule::NoiseSchedule>(
            schedule::makeSchedule({.family = "cosine", .options = {}}));
        bench.view.setTrainingSchedule(cosine);
        QCPGraph* graph = bench.graph(QStringLiteral("of training"));
        QVERIFY(graph);
        QCOMPARE(graph->dataCount(), cosine->levels());
        QCOMPARE(graph->data()->at(300)->value, cosine->level(300).alphaBar());
        QVERIFY(bench.plot().legend->visible());
    }

    void valuesBetweenTrainingTimesAreInterpolated()
    {
        const auto linear = schedule::makeSchedule({.family = "linear", .options = {}});
        const double between = ui::betaAt(linear, 10.25);
        QVERIFY(std::abs(between - (0.75 * linear.beta(10) + 0.25 * linear.beta(11))) < 1e-15);
        QCOMPARE(ui::betaAt(linear, -1), linear.beta(0));
        QCOMPARE(ui::betaAt(linear, 5000), linear.beta(linear.levels() - 1));
    }

    void valuesThatAreNotFiniteAreLeftOut()
    {
        const auto linear = schedule::makeSchedule({.family = "linear", .options = {}});
        QVERIFY(std::isnan(ui::curveValue(CurveSet::snr, 0, linear, {0, 1, 0})));
        QVERIFY(std::isnan(ui::curveValue(CurveSet::noiseToSignal, 0, linear, {999, 0, 1})));
        QVERIFY(std::isnan(ui::curveValue(CurveSet::beta, 0, linear, {0, 1, 0})));
    }

    void logarithmicTicksStayInRangeAndFillIt_data()
    {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<int>("labels");
        QTest::addColumn<int>("small");
        QTest::newRow("three decades") << 0.5 << 200.0 << 3 << 5 + 16 + 1;  // 0.5 … 0.9, 2 … 9, 20 … 90, 200
        QTest::newRow("fourteen decades") << 0.5e-8 << 2e6 << 4 << 11;
        QTest::newRow("nothing to show") << -1.0 << 10.0 << 0 << 0;
    }
    void logarithmicTicksStayInRangeAndFillIt()
    {
        QFETCH(const double, low);
        QFETCH(const double, high);
        ui::DecadeTicker ticker;
        ticker.setTickCount(5);
        QVector<double> ticks;
        QVector<double> subTicks;
        QVector<QString> labels;
        ticker.generate(QCPRange(low, high), QLocale::c(), QLatin1Char('g'), 3, ticks, &subTicks, &labels);
        QTEST(int(ticks.size()), "labels");
        QCOMPARE(labels.size(), ticks.size());
        QTEST(int(subTicks.size()), "small");
        for (const double tick : ticks + subTicks)
            QVERIFY(tick >= low && tick <= high);
    }

    void numbersStayShort_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("one") << 1.0 << QStringLiteral("1.000");
        QTest::newRow("tenths") << 0.123456 << QStringLiteral("0.1235");
        QTest::newRow("thousands") << 9182.6 << QStringLiteral("9,183");
        QTest::newRow("thousandths") << 0.0012345 << QStringLiteral("0.00123");
        QTest::newRow("small") << 1.234e-5 << QStringLiteral("1.23·10⁻⁵");
        QTest::newRow("rounds up") << 9.999e-12 << QStringLiteral("1.00·10⁻¹¹");
        QTest::newRow("large") << 2.5e7 << QStringLiteral("2.50·10⁷");
        QTest::newRow("zero") << 0.0 << QStringLiteral("0");
        QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << QStringLiteral("∞");
        QTest::newRow("none") << std::nan("") << QStringLiteral("–");
    }
    void numbersStayShort()
    {
        QFETCH(const double, value);
        QFETCH(const QString, text);
        QCOMPARE(ui::numberText(value, QLocale(QLocale::English, QLocale::UnitedStates)), text);
    }

    void everythingHasANameForThoseWhoCannotSee()
    {
        Bench bench;
        bench.sample(4);
        for (const auto* widget : bench.view.findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible())
                continue;
            QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
        }
        bench.document.commitFrame(1);
        auto* time = bench.view.findChild<ui::Readout*>(QStringLiteral("timeReadout"));
        QCOMPARE(time->accessibleDescription(), time->value());
    }
};

QTEST_MAIN(TestCurvesView)
#include "curves_view_test.moc"
