// SPDX-License-Identifier: GPL-3.0-or-later
// The worker's thread: what lives on it, and how it ends, whatever it is doing.
#include "tests/support/fake_run.h"
#include "ui/engine/mailbox.h"
#include "ui/engine/sampling_service.h"
#include "ui/engine/sampling_worker.h"
#include "ui/engine/trajectory_cache.h"

#include <QSignalSpy>
#include <QTest>

#include <memory>
#include <thread>

using namespace diffuscope;
using test::fakeRecipe;
using test::FakeSampling;
using ui::RunUpdate;
using ui::SamplingService;

namespace {

RunUpdate finishedRun(double scale, int frames)
{
    const recipe::Recipe recipe = fakeRecipe(scale, frames - 1, 1);
    record::Trajectory trajectory;
    for (int i = 0; i < frames; ++i)
        trajectory.frames.push_back(test::fakeFrame(recipe, i));
    trajectory.plannedFrames = frames;
    return {.recipe = std::make_shared<const recipe::Recipe>(recipe),
            .trajectory = std::make_shared<const record::Trajectory>(trajectory),
            .state = ui::RunState::finished};
}

}  // namespace

class ThreadBoundaryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void factoryAndRunsLiveOnOneThreadThatIsNotTheGuis()
    {
        FakeSampling fake;
        {
            SamplingService service(fake.factory());
            QSignalSpy finished(&service, &SamplingService::runFinished);
            for (int i = 1; i <= 3; ++i) {
                service.request(fakeRecipe(i));
                QTRY_COMPARE(finished.size(), i);
            }
        }
        QCOMPARE(fake.threads().size(), std::size_t(1));
        QVERIFY(fake.threads().front() != std::this_thread::get_id());
        QCOMPARE(fake.liveObjects(), 0);
    }

    void destroyingInMidEvaluationWaitsForThatEvaluationAndNoOther()
    {
        FakeSampling fake;
        fake.block();
        auto service = std::make_unique<SamplingService>(fake.factory());
        service->request(fakeRecipe(2));
        QTRY_VERIFY(fake.isEvaluating());
        {
            const std::jthread network([&fake] {
                fake.waitForStopRequest();
                fake.unblock();
            });
            service.reset();
        }
        QCOMPARE(fake.evaluationsBegun(), 1);
        QCOMPARE(fake.evaluationsEnded(), 1);
        QCOMPARE(fake.liveObjects(), 0);
    }

    void destroyingWithUndeliveredFramesDeliversNothing()
    {
        FakeSampling fake;
        int updates = 0;
        auto service = std::make_unique<SamplingService>(fake.factory());
        connect(service.get(), &SamplingService::runAdvanced, this, [&updates] { ++updates; });
        QSignalSpy started(service.get(), &SamplingService::runStarted);
        fake.block();
        fake.allow(2);
        service->request(fakeRecipe(2));
        QTRY_COMPARE(started.size(), 1);
        const int before = updates;
        while (fake.evaluationsBegun() < 3)  // no events meanwhile: the frames stay undelivered
            std::this_thread::yield();
        {
            const std::jthread network([&fake] {
                fake.waitForStopRequest();
                fake.unblock();
            });
            service.reset();
        }
        QCoreApplication::processEvents();
        QCOMPARE(updates, before);
        QCOMPARE(fake.liveObjects(), 0);
    }

    void destroyingWithARequestThatWaitsSamplesNothing()
    {
        FakeSampling fake;
        {
            SamplingService service(fake.factory());
            service.request(fakeRecipe(2));
        }
        QCoreApplication::processEvents();
        QCOMPARE(fake.runsStarted(), 0);
        QCOMPARE(fake.liveObjects(), 0);
    }

    void destroyingAPausedServiceDoesNotHang()
    {
        FakeSampling fake;
        {
            SamplingService service(fake.factory());
            fake.block();
            service.request(fakeRecipe(2));
            QTRY_VERIFY(fake.isEvaluating());
            service.pause();
            fake.unblock();
            QTRY_COMPARE(service.newest().trajectory->size(), 1);
        }
        QCOMPARE(fake.evaluationsBegun(), 1);
        QCOMPARE(fake.liveObjects(), 0);
    }

    void destroyingAnIdleServiceDestroysTheFactory()
    {
        FakeSampling fake;
        for (int i = 0; i < 20; ++i)
            const SamplingService service(fake.factory());
        QCOMPARE(fake.liveObjects(), 0);
    }

    void editsAndCancelsInAnyOrderEndWithTheNewestRecipe()
    {
        FakeSampling fake;
        SamplingService service(fake.factory());
        QSignalSpy finished(&service, &SamplingService::runFinished);
        for (int i = 0; i < 400; ++i) {
            service.request(fakeRecipe(i % 7, 2 + i % 3, 1));
            if (i % 5 == 0)
                service.cancel();
            if (i % 11 == 0)
                service.pause();
            QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
            if (i % 3 == 0)
                service.forgetFinishedRuns();
        }
        service.request(fakeRecipe(100));
        QTRY_VERIFY(!finished.isEmpty() &&
                    *finished.last().at(0).value<RunUpdate>().recipe == fakeRecipe(100));
    }

    void aMailboxHoldsTheNewestLetter()
    {
        ui::Mailbox<int> mailbox;
        std::stop_source stop;
        mailbox.put(1);
        mailbox.put(2);
        QCOMPARE(mailbox.take(stop.get_token()), std::optional(2));
        std::optional<int> late = 3;
        {
            const std::jthread reader([&] { late = mailbox.take(stop.get_token()); });
            stop.request_stop();
        }
        QCOMPARE(late, std::optional<int>());
    }

    void aTrayAddsFramesOfOneRunAndForgetsThoseOfAnOlder()
    {
        ui::ProgressTray tray;
        const auto frame = [](int index) { return test::fakeFrame(fakeRecipe(2), index); };
        QVERIFY(tray.add({.run = 1, .newFrames = {frame(0)}, .evaluations = 1}));
        QVERIFY(!tray.add({.run = 1, .newFrames = {frame(1)}, .evaluations = 2}));
        QCOMPARE(tray.take()->newFrames.size(), std::size_t(2));
        QVERIFY(!tray.take());
        QVERIFY(tray.add({.run = 1, .newFrames = {frame(2)}}));
        QVERIFY(!tray.add({.run = 2, .newFrames = {frame(0)}, .evaluations = 1}));
        const std::optional<ui::Progress> progress = tray.take();
        QCOMPARE(progress->run, ui::RunId(2));
        QCOMPARE(progress->newFrames.size(), std::size_t(1));
        QCOMPARE(progress->evaluations, 1);
    }

    void theCacheForgetsTheLeastRecentlyUsedRun()
    {
        const std::size_t bytes = finishedRun(0, 3).trajectory->bytes();
        ui::TrajectoryCache cache(3 * bytes);
        for (const double scale : {0.0, 1.0})
            cache.insert(finishedRun(scale, 3));
        QCOMPARE(cache.size(), 2);
        QVERIFY(cache.find(fakeRecipe(0, 2, 1)));
        cache.insert(finishedRun(1, 3));  // the same again takes no more room
        QCOMPARE(cache.bytes(), 2 * bytes);
        QVERIFY(cache.find(fakeRecipe(0, 2, 1)));
        cache.insert(finishedRun(1, 4));
        QVERIFY(cache.bytes() <= 3 * bytes);
        QVERIFY(cache.find(fakeRecipe(0, 2, 1)));
        QVERIFY(cache.find(fakeRecipe(1, 3, 1)));
        QVERIFY(!cache.find(fakeRecipe(1, 2, 1)));
    }

    void theCacheRefusesWhatExceedsItsBudgetAlone()
    {
        ui::TrajectoryCache cache(finishedRun(0, 3).trajectory->bytes());
        cache.insert(finishedRun(0, 3));
        cache.insert(finishedRun(0, 50));
        QVERIFY(cache.find(fakeRecipe(0, 2, 1)));
        QVERIFY(!cache.find(fakeRecipe(0, 49, 1)));
        cache.clear();
        QCOMPARE(cache.bytes(), std::size_t(0));
        QCOMPARE(cache.size(), 0);
    }
};

QTEST_GUILESS_MAIN(ThreadBoundaryTest)
#include "thread_boundary_test.moc"
