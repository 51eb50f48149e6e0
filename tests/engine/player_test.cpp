// SPDX-License-Identifier: GPL-3.0-or-later
// Playback through the frames of a run.
#include "tests/support/fake_run.h"
#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/engine/sampling_service.h"

#include <QSignalSpy>
#include <QTest>

using namespace diffuscope;
using test::fakeRecipe;
using test::FakeSampling;
using ui::Player;
using ui::RunState;
using ui::SamplingService;
using ui::SessionDocument;

namespace {

struct Bench
{
    FakeSampling fake;
    SamplingService service{fake.factory()};
    SessionDocument document{service};
    Player player{document};

    Bench() { player.setFramesPerSecond(Player::fastestRate); }
    ~Bench() { fake.unblock(); }
};

}  // namespace

class PlayerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void framesAreDueByTheClock_data()
    {
        QTest::addColumn<qint64>("elapsedMs");
        QTest::addColumn<double>("rate");
        QTest::addColumn<int>("due");
        QTest::newRow("at once") << qint64(0) << 60.0 << 0;
        QTest::newRow("just before the first") << qint64(16) << 60.0 << 0;
        QTest::newRow("the first") << qint64(17) << 60.0 << 1;
        QTest::newRow("an hour later, without drift") << qint64(3600000) << 60.0 << 216000;
        QTest::newRow("slowly") << qint64(1000) << 2.0 << 2;
    }

    void framesAreDueByTheClock()
    {
        QFETCH(qint64, elapsedMs);
        QFETCH(double, rate);
        QFETCH(int, due);
        QCOMPARE(Player::framesDue(elapsedMs, rate), due);
    }

    void nothingPlaysWhereThereIsNoRun()
    {
        Bench bench;
        bench.player.play();
        QVERIFY(!bench.player.isPlaying());
        bench.player.step(1);
        bench.player.toEnd();
        QCOMPARE(bench.document.playhead(), -1);
    }

    void playingFromTheEndPlaysFromTheStartAndStopsAtTheEnd()
    {
        Bench bench;
        bench.document.loadRecipe(fakeRecipe(2, 20));
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        QSignalSpy moved(&bench.document, &SessionDocument::playheadChanged);
        QSignalSpy playing(&bench.player, &Player::playingChanged);
        QElapsedTimer clock;
        clock.start();
        bench.player.toggle();
        QVERIFY(bench.player.isPlaying());
        QCOMPARE(bench.document.playhead(), 0);
        QTRY_VERIFY(!bench.player.isPlaying());
        QVERIFY2(clock.elapsed() >= 20 * 1000 / 60, qPrintable(QString::number(clock.elapsed())));
        QCOMPARE(bench.document.playhead(), 20);
        QCOMPARE(playing.size(), 2);
        for (int i = 1; i < moved.size(); ++i)
            QVERIFY(moved.at(i).at(0).toInt() > moved.at(i - 1).at(0).toInt());
    }

    void loopingGoesOnFromTheStart()
    {
        Bench bench;
        bench.document.loadRecipe(fakeRecipe(2, 5));
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        bench.player.setLooping(true);
        QSignalSpy moved(&bench.document, &SessionDocument::playheadChanged);
        bench.player.play();
        const auto wraps = [&moved] {
            int count = 0;
            for (int i = 1; i < moved.size(); ++i)
                count += moved.at(i).at(0).toInt() < moved.at(i - 1).at(0).toInt() ? 1 : 0;
            return count;
        };
        QTRY_VERIFY(wraps() >= 3);
        QVERIFY(bench.player.isPlaying());
        bench.player.pause();
        QVERIFY(!bench.player.isPlaying());
    }

    void stepsStayWithinTheRunAndStopPlayback()
    {
        Bench bench;
        bench.document.loadRecipe(fakeRecipe(2, 20));
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        bench.player.step(-1);
        QCOMPARE(bench.document.playhead(), 19);
        bench.player.step(-10);
        QCOMPARE(bench.document.playhead(), 9);
        bench.player.step(-10);
        QCOMPARE(bench.document.playhead(), 0);
        bench.player.step(1);
        QCOMPARE(bench.document.playhead(), 1);
        bench.player.toEnd();
        QCOMPARE(bench.document.playhead(), 20);
        bench.player.step(10);
        QCOMPARE(bench.document.playhead(), 20);
        bench.player.toStart();
        QCOMPARE(bench.document.playhead(), 0);
        bench.player.play();
        QVERIFY(bench.player.isPlaying());
        bench.player.step(1);
        QVERIFY(!bench.player.isPlaying());
    }

    void playbackThatCaughtUpWithARunWaitsForMore()
    {
        Bench bench;
        bench.fake.block();
        bench.fake.allow(3);
        bench.document.loadRecipe(fakeRecipe(2, 8));
        QTRY_COMPARE(bench.document.trajectory().size(), 3);
        bench.document.commitFrame(0);
        bench.player.play();
        QTRY_COMPARE(bench.document.playhead(), 2);
        QVERIFY(bench.player.isPlaying());
        bench.fake.unblock();
        QTRY_VERIFY(!bench.player.isPlaying());
        QCOMPARE(bench.document.playhead(), 8);
    }

    void playbackGoesOnFromWhereThePlayheadIsPut()
    {
        Bench bench;
        bench.document.loadRecipe(fakeRecipe(2, 900, 1));
        QTRY_COMPARE_WITH_TIMEOUT(bench.document.state(), RunState::finished, 30000);
        bench.document.commitFrame(0);
        bench.player.play();
        QTRY_VERIFY(bench.document.playhead() > 2);
        bench.document.commitFrame(880);
        QTRY_VERIFY(!bench.player.isPlaying());
        QCOMPARE(bench.document.playhead(), 900);
    }

    void theRateStaysInItsRange()
    {
        Bench bench;
        QSignalSpy changed(&bench.player, &Player::framesPerSecondChanged);
        bench.player.setFramesPerSecond(1000);
        QCOMPARE(bench.player.framesPerSecond(), Player::fastestRate);
        QCOMPARE(changed.size(), 0);
        bench.player.setFramesPerSecond(0);
        QCOMPARE(bench.player.framesPerSecond(), Player::slowestRate);
        QCOMPARE(changed.size(), 1);
    }
};

QTEST_GUILESS_MAIN(PlayerTest)
#include "player_test.moc"
