// SPDX-License-Identifier: GPL-3.0-or-later
// How what core throws reaches the GUI's thread.
#include "tests/support/fake_run.h"
#include "ui/engine/sampling_service.h"

#include <QSignalSpy>
#include <QTest>

#include <new>
#include <stdexcept>

using namespace diffuscope;
using test::fakeRecipe;
using test::FakeSampling;
using ui::RunState;
using ui::RunUpdate;
using ui::SamplingService;

namespace {

ui::Failure failureAt(const QSignalSpy& spy, int i)
{
    return spy.at(i).at(1).value<ui::Failure>();
}

}  // namespace

class FailureTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anExceptionBecomesAFailure_data()
    {
        using Raise = std::function<void()>;
        QTest::addColumn<Raise>("raise");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("message");
        QTest::addColumn<QString>("hint");
        QTest::newRow("an error keeps its sentence and hint")
            << Raise([] { throw Error(ErrorCode::invalidFile, "model.json is empty.", "Fetch it again."); })
            << ErrorCode::invalidFile << "model.json is empty."
            << "Fetch it again.";
        QTest::newRow("an error without a hint gets one")
            << Raise([] { throw Error(ErrorCode::notFinite, "Step 3 gave NaN."); }) << ErrorCode::notFinite
            << "Step 3 gave NaN."
            << "Lower the guidance scale, take more steps, or choose another sampler.";
        const QString memory = QStringLiteral("There is not enough memory for this run.");
        const QString memoryHint =
            QStringLiteral("Use fewer images or fewer steps, or close other programs.");
        QTest::newRow("a failed allocation")
            << Raise([] { throw std::bad_alloc(); }) << ErrorCode::outOfMemory << memory << memoryHint;
        QTest::newRow("LibTorch's failed allocation") << Raise([] {
            throw std::runtime_error(
                "[enforce fail at alloc_cpu.cpp:66] . DefaultCPUAllocator: can't allocate "
                "memory: you tried to allocate 9 bytes.\nframe #0: c10::f()");
        }) << ErrorCode::outOfMemory << memory << memoryHint;
        const QString defect = QStringLiteral(
            "This is a defect of the program; the last good run is kept. Please report the sentence above.");
        QTest::newRow("anything of LibTorch, without its stack")
            << Raise([] { throw std::runtime_error("sizes differ\nException raised from x at y.cpp:1"); })
            << ErrorCode::internal << "sizes differ" << defect;
        QTest::newRow("what is no exception at all") << Raise([] { throw 42; }) << ErrorCode::internal
                                                     << "The run stopped for an unknown reason." << defect;
    }

    void anExceptionBecomesAFailure()
    {
        QFETCH(std::function<void()>, raise);
        QFETCH(ErrorCode, code);
        QFETCH(QString, message);
        QFETCH(QString, hint);
        FakeSampling fake;
        SamplingService service(fake.factory());
        QSignalSpy finished(&service, &SamplingService::runFinished);
        QSignalSpy cancelled(&service, &SamplingService::runCancelled);
        QSignalSpy failed(&service, &SamplingService::runFailed);
        for (const bool atStart : {true, false}) {
            if (atStart)
                fake.failToStart(raise);
            else
                fake.failAtFrame(2, raise);
            service.request(fakeRecipe(2));
            QTRY_COMPARE(failed.size(), 1);
            const RunUpdate run = failed.at(0).at(0).value<RunUpdate>();
            QCOMPARE(run.state, RunState::failed);
            QCOMPARE(run.trajectory->size(), atStart ? 0 : 2);
            QCOMPARE(failureAt(failed, 0).code, code);
            QCOMPARE(failureAt(failed, 0).message, message);
            QCOMPARE(failureAt(failed, 0).hint, hint);
            failed.clear();
            fake.clearFailures();
        }
        service.request(fakeRecipe(2));
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(cancelled.size(), 0);
    }

    void aFactoryThatCannotBeMadeFailsTheRunAndIsTriedAgain()
    {
        FakeSampling fake;
        fake.failToMakeFactory(
            [] { throw Error(ErrorCode::missingFile, "There is no model.", "Install one."); }, 2);
        SamplingService service(fake.factory());
        QSignalSpy failed(&service, &SamplingService::runFailed);
        QSignalSpy finished(&service, &SamplingService::runFinished);
        service.request(fakeRecipe(2));
        QTRY_COMPARE(failed.size(), 1);
        QCOMPARE(failureAt(failed, 0).message, QStringLiteral("There is no model."));
        service.request(fakeRecipe(2));
        QTRY_COMPARE(finished.size(), 1);
    }
};

QTEST_GUILESS_MAIN(FailureTest)
#include "failure_test.moc"
