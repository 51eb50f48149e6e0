// SPDX-License-Identifier: GPL-3.0-or-later
// Where a playhead stands when frames arrive and runs change.
#include "ui/document/playhead.h"

#include <QTest>

using diffuscope::ui::Playhead;

class PlayheadTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void thereIsNoFrameBeforeTheFirst()
    {
        Playhead playhead;
        QCOMPARE(playhead.shown(), -1);
        playhead.preview(3);
        playhead.choose(3);
        QCOMPARE(playhead.shown(), -1);
    }

    void itFollowsARunUnlessAFrameWasChosen()
    {
        Playhead playhead;
        playhead.setExtent(3, 21);
        QCOMPARE(playhead.shown(), 2);
        playhead.setExtent(8, 21);
        QCOMPARE(playhead.shown(), 7);
        playhead.choose(4);
        playhead.setExtent(15, 21);
        QCOMPARE(playhead.shown(), 4);
    }

    void choosingTheNewestFrameFollowsAgain()
    {
        Playhead playhead;
        playhead.setExtent(8, 21);
        playhead.choose(2);
        playhead.choose(7);
        playhead.setExtent(21, 21);
        QCOMPARE(playhead.shown(), 20);
    }

    void everyChosenFrameIsTheOneThatIsShown()
    {
        Playhead playhead;
        for (const int planned : {2, 3, 21, 51, 1001}) {
            playhead.setExtent(planned, planned);
            for (int frame = 0; frame < planned; ++frame) {
                playhead.choose(frame);
                QCOMPARE(playhead.shown(), frame);
            }
        }
    }

    void anotherNumberOfStepsKeepsTheRelativePlace_data()
    {
        QTest::addColumn<int>("steps");
        QTest::addColumn<int>("chosen");
        QTest::addColumn<int>("newSteps");
        QTest::addColumn<int>("expected");
        QTest::newRow("the middle") << 20 << 10 << 1000 << 500;
        QTest::newRow("the start") << 20 << 0 << 7 << 0;
        QTest::newRow("the end") << 20 << 20 << 1000 << 1000;
        QTest::newRow("a quarter, fewer") << 1000 << 250 << 20 << 5;
    }

    void anotherNumberOfStepsKeepsTheRelativePlace()
    {
        QFETCH(int, steps);
        QFETCH(int, chosen);
        QFETCH(int, newSteps);
        QFETCH(int, expected);
        Playhead playhead;
        playhead.setExtent(steps + 1, steps + 1);
        playhead.choose(chosen);
        playhead.setExtent(newSteps + 1, newSteps + 1);
        QCOMPARE(playhead.shown(), expected);
        playhead.setExtent(steps + 1, steps + 1);  // and back, without drift
        QCOMPARE(playhead.shown(), chosen);
    }

    void inANewRunItFollowsUpToTheChosenPlaceAndStays()
    {
        Playhead playhead;
        playhead.setExtent(21, 21);
        playhead.choose(5);
        playhead.setExtent(1, 21);
        QCOMPARE(playhead.shown(), 0);
        playhead.setExtent(4, 21);
        QCOMPARE(playhead.shown(), 3);
        playhead.setExtent(12, 21);
        QCOMPARE(playhead.shown(), 5);
    }

    void aRunThatEndedEarlyShowsItsLastFrame()
    {
        Playhead playhead;
        playhead.setExtent(6, 21);
        QCOMPARE(playhead.shown(), 5);
        playhead.choose(99);
        QCOMPARE(playhead.shown(), 5);
        playhead.choose(-3);
        QCOMPARE(playhead.shown(), 0);
    }

    void leavingAPreviewRestoresTheChosenFrame()
    {
        Playhead playhead;
        playhead.setExtent(21, 21);
        playhead.choose(7);
        playhead.preview(12);
        QCOMPARE(playhead.shown(), 12);
        QCOMPARE(playhead.chosen(), 7);
        playhead.preview(400);
        QCOMPARE(playhead.shown(), 20);
        playhead.leave();
        QCOMPARE(playhead.shown(), 7);
    }
};

QTEST_APPLESS_MAIN(PlayheadTest)
#include "playhead_test.moc"
