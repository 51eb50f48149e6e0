// SPDX-License-Identifier: GPL-3.0-or-later
// What a SamplingService makes of requests: which runs it starts, and what it says of them.
#include "tests/support/fake_run.h"
#include "ui/engine/sampling_service.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace diffuscope;
using test::fakeRecipe;
using test::FakeSampling;
using ui::RunState;
using ui::RunUpdate;
using ui::SamplingService;

namespace {

RunUpdate updateAt(const QSignalSpy& spy, int i)
{
    return spy.at(i).at(0).value<RunUpdate>();
}

/// A service on a fake, and its signals.
struct Bench
{
    FakeSampling fake;
    SamplingService service{fake.factory()};
    QSignalSpy started{&service, &SamplingService::runStarted};
    QSignalSpy advanced{&service, &SamplingService::runAdvanced};
    QSignalSpy finished{&service, &SamplingService::runFinished};
    QSignalSpy cancelled{&service, &SamplingService::runCancelled};
    QSignalSpy failed{&service, &SamplingService::runFailed};

    ~Bench() { fake.unblock(); }

    /// Edits as a dragged slider does, for several coalescing intervals; the last recipe.
    recipe::Recipe drag(double scale)
    {
        QElapsedTimer clock;
        clock.start();
        for (; clock.elapsed() < 4 * SamplingService::coalescingMs; scale += 1.0 / 1024) {
            service.request(fakeRecipe(scale));
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
        }
        service.request(fakeRecipe(scale));
        return fakeRecipe(scale);
    }
};

}  // namespace

class SamplingServiceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRunDeliversAllItsFramesInOrder()
    {
        Bench bench;
        bench.service.request(fakeRecipe(2, 5));
        QTRY_COMPARE(bench.finished.size(), 1);
        const RunUpdate run = updateAt(bench.finished, 0);
        QCOMPARE(run.state, RunState::finished);
        QCOMPARE(*run.recipe, fakeRecipe(2, 5));
        QVERIFY(run.trajectory->isComplete());
        QCOMPARE(run.trajectory->size(), 6);
        for (int i = 0; i < 6; ++i)
            QCOMPARE(run.trajectory->frames[std::size_t(i)]->index, i);
        QCOMPARE(run.evaluations, 5);
        QVERIFY(run.stepsPerSecond > 0);
        QCOMPARE(run.grid->steps(), 5);
        QCOMPARE(run.schedule->levels(), 1000);
        QCOMPARE(bench.started.size(), 1);
        QCOMPARE(bench.started.at(0).at(0).value<ui::RunId>(), run.run);
    }

    void aFrameIsDeliveredWhileTheNextIsComputed()
    {
        Bench bench;
        bench.fake.block();
        bench.fake.allow(1);
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.advanced.size(), 1);
        QCOMPARE(updateAt(bench.advanced, 0).trajectory->size(), 1);
        QCOMPARE(updateAt(bench.advanced, 0).trajectory->plannedFrames, 5);
        QVERIFY(updateAt(bench.advanced, 0).isRunning());
        QTRY_VERIFY(bench.fake.isEvaluating());
        QVERIFY(bench.service.isRunning());
        QCOMPARE(bench.finished.size(), 0);
    }

    void aPublishedTrajectoryNeverChanges()
    {
        Bench bench;
        bench.fake.block();
        bench.fake.allow(1);
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.advanced.size(), 1);
        const RunUpdate early = updateAt(bench.advanced, 0);
        bench.fake.unblock();
        QTRY_COMPARE(bench.finished.size(), 1);
        QCOMPARE(early.trajectory->size(), 1);
        QCOMPARE(updateAt(bench.finished, 0).trajectory->frames.front(), early.trajectory->frames.front());
    }

    void aHundredQuickEditsStartAtMostTwoRuns()
    {
        Bench bench;
        bench.fake.block();
        for (int i = 1; i <= 100; ++i) {
            bench.service.request(fakeRecipe(i));
            QCoreApplication::processEvents();
        }
        bench.fake.unblock();
        QTRY_VERIFY(!bench.finished.isEmpty() && *bench.service.newest().recipe == fakeRecipe(100) &&
                    !bench.service.isRunning());
        QVERIFY2(bench.fake.runsStarted() <= 2, qPrintable(QString::number(bench.fake.runsStarted())));
        QCOMPARE(bench.failed.size(), 0);
        QCOMPARE(bench.cancelled.size(), 0);
    }

    void editsThroughoutALongEvaluationStartTwoRuns()
    {
        Bench bench;
        bench.fake.block();
        const recipe::Recipe newest = bench.drag(2);
        QTRY_VERIFY(bench.fake.isEvaluating());
        bench.fake.unblock();
        QTRY_VERIFY(!bench.finished.isEmpty() && *bench.service.newest().recipe == newest &&
                    !bench.service.isRunning());
        QCOMPARE(bench.fake.runsStarted(), 2);
    }

    void aSteadyDragShowsTheFirstFrameOfEveryRunItStarts()
    {
        Bench bench;
        bench.fake.block();
        for (int i = 1; i <= 5; ++i) {
            bench.drag(2 * i);
            bench.fake.allow(1);
        }
        bench.fake.unblock();
        QTRY_VERIFY(!bench.finished.isEmpty() && !bench.service.isRunning());
        QVERIFY(bench.started.size() >= 3);
        for (const auto& start : bench.started) {
            const auto id = start.at(0).value<ui::RunId>();
            const bool wasShown = std::any_of(
                bench.advanced.begin(), bench.advanced.end(),
                [id](const auto& call) { return call.at(0).template value<RunUpdate>().run == id; });
            QVERIFY2(wasShown, qPrintable(QStringLiteral("run %1").arg(id)));
        }
    }

    void anotherFactoryMakesTheRunsThatFollow()
    {
        Bench bench;
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.finished.size(), 1);
        FakeSampling other;
        bench.service.setFactory(other.factory());
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.finished.size(), 2);
        QCOMPARE(bench.fake.runsStarted(), 1);
        QCOMPARE(bench.fake.liveObjects(), 0);
        QCOMPARE(other.runsStarted(), 1);
    }

    void aFactoryThatComesInMidRunWaitsForTheNextRun()
    {
        Bench bench;
        bench.fake.block();
        bench.service.request(fakeRecipe(2));
        QTRY_VERIFY(bench.fake.isEvaluating());
        FakeSampling other;
        bench.service.setFactory(other.factory());
        bench.fake.unblock();
        QTRY_COMPARE(bench.finished.size(), 1);
        QCOMPARE(other.runsStarted(), 0);
        // What the old factory made is not what the new one would make.
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.finished.size(), 2);
        QCOMPARE(other.runsStarted(), 1);
    }

    void aLateResultIsDropped()
    {
        Bench bench;
        bench.fake.block();
        bench.fake.allow(1);
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.advanced.size(), 1);
        QTRY_VERIFY(bench.fake.isEvaluating());
        bench.service.request(fakeRecipe(3));
        QTRY_COMPARE(bench.started.size(), 2);
        bench.fake.allow(1);  // the first run's second frame comes now
        QTRY_COMPARE(bench.fake.runsStarted(), 2);
        QCoreApplication::processEvents();
        QCOMPARE(bench.advanced.size(), 1);
        QCOMPARE(bench.cancelled.size(), 0);
        bench.fake.unblock();
        QTRY_COMPARE(bench.finished.size(), 1);
        const auto newest = bench.started.at(1).at(0).value<ui::RunId>();
        QCOMPARE(updateAt(bench.finished, 0).run, newest);
        QCOMPARE(updateAt(bench.finished, 0).trajectory->size(), 5);
        for (int i = 1; i < bench.advanced.size(); ++i)
            QCOMPARE(updateAt(bench.advanced, i).run, newest);
        QCOMPARE(bench.fake.evaluationsEnded(), 2 + 4);
    }

    void theNewestOfSeveralRequestsIsTheOneThatIsSampled()
    {
        Bench bench;
        bench.fake.block();
        bench.fake.allow(1);
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.advanced.size(), 1);
        QTRY_VERIFY(bench.fake.isEvaluating());
        for (int i = 3; i <= 6; ++i) {
            bench.service.request(fakeRecipe(i));
            QTRY_COMPARE(bench.started.size(), i - 1);
            if (i < 6)
                QCOMPARE(bench.fake.runsStarted(), 1);
            // The run has shown nothing, but neither has it begun: the next one need not wait for it.
            bench.service.cancel();
        }
        bench.service.request(fakeRecipe(7));
        QTRY_COMPARE(bench.started.size(), 6);
        bench.fake.unblock();
        QTRY_COMPARE(bench.finished.size(), 1);
        QCOMPARE(bench.fake.startedRecipes(), (std::vector{fakeRecipe(2), fakeRecipe(7)}));
    }

    void cancellingInMidStepEndsTheRunAfterThatEvaluation()
    {
        Bench bench;
        bench.fake.block();
        bench.fake.allow(1);
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.advanced.size(), 1);
        QTRY_VERIFY(bench.fake.isEvaluating());
        bench.service.cancel();
        bench.fake.unblock();
        QTRY_COMPARE(bench.cancelled.size(), 1);
        QCOMPARE(bench.fake.evaluationsBegun(), 2);
        const RunUpdate run = updateAt(bench.cancelled, 0);
        QCOMPARE(run.state, RunState::cancelled);
        QCOMPARE(run.trajectory->size(), 2);
        QVERIFY(!bench.service.isRunning());
        QCOMPARE(bench.failed.size(), 0);
        QCOMPARE(bench.finished.size(), 0);
    }

    void aCancelledRecipeCanBeSampledAgain()
    {
        Bench bench;
        bench.fake.block();
        bench.service.request(fakeRecipe(2));
        QTRY_VERIFY(bench.fake.isEvaluating());
        bench.service.cancel();
        bench.service.request(fakeRecipe(2));
        bench.fake.unblock();
        QTRY_COMPARE(bench.finished.size(), 1);
        QVERIFY(updateAt(bench.finished, 0).trajectory->isComplete());
    }

    void requestingTheNewestRunsRecipeChangesNothing()
    {
        Bench bench;
        bench.fake.block();
        bench.fake.allow(1);
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.advanced.size(), 1);
        bench.service.request(fakeRecipe(2));
        bench.fake.unblock();
        QTRY_COMPARE(bench.finished.size(), 1);
        bench.service.request(fakeRecipe(2));
        QTRY_VERIFY(!bench.service.isRequestWaiting());
        QCOMPARE(bench.started.size(), 1);
        QCOMPARE(bench.fake.runsStarted(), 1);
    }

    void aRecentRecipeIsShownWithoutSamplingItAgain()
    {
        Bench bench;
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.finished.size(), 1);
        bench.service.request(fakeRecipe(3));
        QTRY_COMPARE(bench.finished.size(), 2);
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.finished.size(), 3);
        QCOMPARE(bench.fake.runsStarted(), 2);
        QCOMPARE(updateAt(bench.finished, 2).trajectory, updateAt(bench.finished, 0).trajectory);
        QVERIFY(updateAt(bench.finished, 2).run > updateAt(bench.finished, 1).run);
        QCOMPARE(updateAt(bench.advanced, int(bench.advanced.size()) - 1).run,
                 updateAt(bench.finished, 2).run);

        bench.service.forgetFinishedRuns();
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.finished.size(), 4);
        QCOMPARE(bench.fake.runsStarted(), 3);
    }

    void aPausedRunStepsWhenAskedAndGoesOnWhenResumed()
    {
        Bench bench;
        QSignalSpy paused(&bench.service, &SamplingService::pausedChanged);
        bench.fake.block();
        bench.service.request(fakeRecipe(2, 6));
        QTRY_VERIFY(bench.fake.isEvaluating());
        bench.service.pause();
        bench.fake.unblock();
        QTRY_COMPARE(bench.service.newest().trajectory->size(), 1);
        for (int frames = 2; frames <= 4; ++frames) {
            bench.service.singleStep();
            QTRY_COMPARE(bench.service.newest().trajectory->size(), frames);
        }
        QCOMPARE(bench.fake.evaluationsBegun(), 4);
        bench.service.resume();
        QTRY_COMPARE(bench.finished.size(), 1);
        QCOMPARE(updateAt(bench.finished, 0).trajectory->size(), 7);
        QCOMPARE(paused.size(), 2);
        QVERIFY(!bench.service.isPaused());
    }

    void aPausedRunCanBeCancelledAndReplaced()
    {
        Bench bench;
        bench.fake.block();
        bench.fake.allow(1);
        bench.service.request(fakeRecipe(2));
        QTRY_COMPARE(bench.advanced.size(), 1);
        bench.service.pause();
        bench.fake.unblock();
        bench.service.cancel();
        QTRY_COMPARE(bench.cancelled.size(), 1);
        QVERIFY(!bench.service.isPaused());
        bench.service.request(fakeRecipe(3));
        QTRY_COMPARE(bench.finished.size(), 1);
    }

    void aThousandFastFramesGiveFewUpdatesAndAllArrive()
    {
        Bench bench;
        QElapsedTimer clock;
        clock.start();
        bench.service.request(fakeRecipe(2, 1000, 1));
        QVERIFY(bench.finished.wait(30000));  // a real event loop: it wakes as often as it is woken
        const double seconds = double(clock.elapsed()) / 1000;
        const auto& frames = updateAt(bench.finished, 0).trajectory->frames;
        QCOMPARE(frames.size(), std::size_t(1001));
        for (std::size_t i = 0; i < frames.size(); ++i)
            QCOMPARE(frames[i]->index, int(i));
        const double allowed = 2 + seconds * 1000 / (1000 / SamplingService::updatesPerSecond);
        QVERIFY2(double(bench.advanced.size()) <= allowed,
                 qPrintable(QStringLiteral("%1 updates in %2 s").arg(bench.advanced.size()).arg(seconds)));
    }
};

QTEST_GUILESS_MAIN(SamplingServiceTest)
#include "sampling_service_test.moc"
