// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/trajectory.h"

#include <QTest>

#include <vector>

using namespace diffuscope::record;

namespace {

std::size_t bytesUnder(const MemoryBudget& budget, int frames, std::size_t bytesPerFrame)
{
    std::size_t sum = 0;
    for (int i = 0; i < frames; ++i)
        sum += budget.precisionOf(i) == Precision::full ? bytesPerFrame : bytesPerFrame / 2;
    return sum;
}

}  // namespace

class TrajectoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFrameIsFullWhereAllFit()
    {
        const MemoryBudget budget(1000, 10, 100);
        QVERIFY(budget.keepsAll());
        for (int i = 0; i < 10; ++i)
            QCOMPARE(budget.precisionOf(i), Precision::full);
    }

    void framesStayWithinTheBudget_data()
    {
        QTest::addColumn<int>("frames");
        QTest::addColumn<double>("part");
        for (const int frames : {3, 11, 101, 1001})
            for (const double part : {0.6, 0.75, 0.9, 0.99})
                QTest::addRow("%d frames, %g of what they need", frames, part) << frames << part;
    }

    void framesStayWithinTheBudget()
    {
        QFETCH(int, frames);
        QFETCH(double, part);
        const std::size_t each = 4096;
        const auto bytes = std::size_t(part * double(frames) * double(each));
        const MemoryBudget budget(bytes, frames, each);
        QVERIFY(!budget.keepsAll());
        // The first frame and the result are always full: with 3 frames that alone is 5/6.
        QVERIFY2(bytesUnder(budget, frames, each) <= std::max(bytes, each * std::size_t(frames + 2) / 2),
                 qPrintable(QString::number(bytesUnder(budget, frames, each))));
        QCOMPARE(budget.precisionOf(0), Precision::full);
        QCOMPARE(budget.precisionOf(frames - 1), Precision::full);
    }

    void theLastFramesAreFullWhereTheBudgetAllows()
    {
        const MemoryBudget budget(std::size_t(0.7 * 1001 * 4096), 1001, 4096);
        for (int i = 980; i < 1001; ++i)
            QCOMPARE(budget.precisionOf(i), Precision::full);
        QCOMPARE(budget.precisionOf(budget.keyInterval()), Precision::full);
        QCOMPARE(budget.precisionOf(budget.keyInterval() + 1), Precision::half);
    }

    void aThousandGuidedStepsOf64ImagesTakeUnder400MiB()
    {
        const std::size_t each = 64 * 28 * 28 * 3 * sizeof(float);
        const MemoryBudget budget(MemoryBudget::defaultBytes, 1001, each);
        QVERIFY(bytesUnder(budget, 1001, each) < std::size_t(400) << 20);
    }

    void aTrajectoryIsCompleteWithItsResult()
    {
        Trajectory trajectory{.frames = {}, .plannedFrames = 2, .keyInterval = 1};
        QVERIFY(!trajectory.isComplete());
        const std::vector<float> four(4, 1.0f);
        auto frame = std::make_shared<Frame>();
        frame->xt = CompactValues(four, Precision::half);
        trajectory.frames = {frame, frame};
        QVERIFY(trajectory.isComplete());
        QCOMPARE(trajectory.bytes(), std::size_t(16));
    }
};

QTEST_GUILESS_MAIN(TrajectoryTest)
#include "trajectory_test.moc"
