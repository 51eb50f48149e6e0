// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/background_frames.h"

#include <QElapsedTimer>
#include <QTest>

#include <atomic>
#include <numeric>
#include <stdexcept>

using diffuscope::ui::BackgroundFrames;

namespace {

/// Values that say which frame they are of, and how often they were shown.
struct Shown
{
    int times = 0;
    BackgroundFrames<int> frames{[this] { ++times; }};

    bool has(int count) const { return int(frames.values().size()) == count; }
};

std::optional<int> itself(int frame)
{
    return frame;
}

}  // namespace

class BackgroundFramesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFrameComesOnceAndInOrder()
    {
        Shown shown;
        shown.frames.extend(100, itself);
        shown.frames.extend(250, itself);
        QTRY_VERIFY(shown.has(250));
        std::vector<int> expected(250);
        std::iota(expected.begin(), expected.end(), 0);
        QCOMPARE(shown.frames.values(), expected);
    }

    void aFrameThatIsNotReadyIsAskedForAgain()
    {
        Shown shown;
        std::atomic<bool> isReady = false;
        const auto compute = [&](int frame) {
            return frame < 3 || isReady ? std::optional(frame) : std::nullopt;
        };
        shown.frames.extend(5, compute);
        QTRY_VERIFY(shown.has(3));
        isReady = true;
        shown.frames.extend(5, compute);
        QTRY_VERIFY(shown.has(5));
    }

    void whatFailsEndsThere()
    {
        Shown shown;
        const auto compute = [](int frame) -> std::optional<int> {
            if (frame == 4)
                throw std::runtime_error("no such frame");
            return frame;
        };
        shown.frames.extend(10, compute);
        QTRY_VERIFY(shown.has(4));
        shown.frames.extend(10, compute);
        QTest::qWait(3 * BackgroundFrames<int>::deliveryMs);
        QVERIFY(shown.has(4));
    }

    void whatWasForgottenDoesNotCome()
    {
        Shown shown;
        shown.frames.extend(1000, [](int) { return std::optional(-1); });
        shown.frames.restart();
        shown.frames.extend(2, itself);
        QTRY_VERIFY(shown.has(2));
        QCOMPARE(shown.frames.values(), (std::vector<int>{0, 1}));
    }

    void whatTakesLongToShowIsShownSeldom()
    {
        constexpr double showingMs = 15;
        Shown shown;
        shown.frames.setShowingMs(showingMs);
        QElapsedTimer clock;
        clock.start();
        shown.frames.extend(400, [](int frame) {
            QTest::qSleep(2);
            return std::optional(frame);
        });
        QTRY_VERIFY(shown.has(400));
        const double most = double(clock.elapsed()) / (showingMs * BackgroundFrames<int>::showingShare);
        QVERIFY2(shown.times >= 2 && shown.times <= most,
                 qPrintable(QStringLiteral("shown %1 times, at most %2").arg(shown.times).arg(most)));
    }
};

QTEST_GUILESS_MAIN(BackgroundFramesTest)
#include "background_frames_test.moc"
