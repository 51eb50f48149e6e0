// SPDX-License-Identifier: GPL-3.0-or-later
// The threads that evaluate networks, and how they wait for one another; labelled "engine", so that it runs
// under the thread sanitizer.
#include "core/inference/cooperation.h"
#include "core/inference/thread_crew.h"

#include <QTest>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

using namespace diffuscope::inference;
using namespace std::chrono_literals;

class ThreadCrewTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyMemberDoesItsJobOnce()
    {
        ThreadCrew crew(4);
        QCOMPARE(crew.size(), std::size_t{4});
        for (std::size_t count = 1; count <= 4; ++count) {
            for (int round = 0; round < 200; ++round) {
                std::vector<int> calls(4, 0);  // each thread has its own
                crew.run(count, [&](std::size_t index) { ++calls[index]; });
                QCOMPARE(std::size_t(std::ranges::count(calls, 1)), count);
                QCOMPARE(std::size_t(std::accumulate(calls.begin(), calls.end(), 0)), count);
            }
        }
    }

    void helpersAreNotNeededForWhatIsDone()
    {
        ThreadCrew crew(4);
        for (int round = 0; round < 200; ++round) {
            std::atomic<int> next = 0;
            std::vector<int> done(50, 0);
            crew.runWithHelp(4, [&](std::size_t) {
                for (int part = next++; part < 50; part = next++)
                    ++done[std::size_t(part)];
            });
            QVERIFY(std::ranges::all_of(done, [](int count) { return count == 1; }));
        }
    }

    void togetherAllWorkOrNone()
    {
        // More threads than most machines have cores: some calls fail.
        ThreadCrew crew(6);
        for (int round = 0; round < 200; ++round) {
            std::vector<int> calls(6, 0);
            Meeting meeting(6);
            const bool isDone = crew.runTogether(6, [&](std::size_t index) {
                meeting.arrive();
                ++calls[index];
            });
            QVERIFY(std::ranges::all_of(calls, [&](int count) { return count == int(isDone); }));
        }
        // And what was taken back does not turn up later.
        std::atomic<int> calls = 0;
        crew.run(6, [&](std::size_t) { ++calls; });
        QCOMPARE(calls.load(), 6);
    }

    void whatOneWritesBeforeAMeetingAllReadAfterIt()
    {
        constexpr int members = 3, rounds = 2000;
        ThreadCrew crew(members);
        Meeting meeting(members);
        std::vector<int> written(members, 0), wrong(members, 0);
        crew.run(members, [&](std::size_t index) {
            for (int round = 1; round <= rounds; ++round) {
                written[index] = round;
                meeting.arrive();
                wrong[index] += int(std::ranges::count(written, round)) != members;
                meeting.arrive();
            }
        });
        QCOMPARE(wrong, std::vector<int>(members, 0));
    }

    void whoFailsLetsTheOthersGo()
    {
        ThreadCrew crew(3);
        for (const std::size_t failing : {0, 1, 2}) {
            Meeting meeting(3);
            std::atomic<int> deserted = 0;
            QVERIFY_EXCEPTION_THROWN(crew.run(3,
                                              [&](std::size_t index) {
                                                  meeting.arrive();
                                                  if (index == failing) {
                                                      meeting.abandon();
                                                      throw std::runtime_error("failed");
                                                  }
                                                  try {
                                                      while (true)
                                                          meeting.arrive();
                                                  } catch (const Deserted&) {
                                                      ++deserted;
                                                  }
                                              }),
                                     std::runtime_error);
            QCOMPARE(deserted.load(), 2);
        }
        int calls = 0;
        crew.run(1, [&](std::size_t) { ++calls; });  // and the crew is as good as new
        QCOMPARE(calls, 1);
    }

    void whoeverWaitsLongSleepsAndSaysSo()
    {
        ThreadCrew crew(2);
        Meeting meeting(2);
        crew.run(2, [&](std::size_t index) {
            if (index == 1)
                std::this_thread::sleep_for(20ms);
            meeting.arrive();
        });
        QVERIFY(meeting.slept() > 5ms);
    }

    void cooperationPausesLongerAndLongerWhereItDoesNotPay()
    {
        Cooperation cooperation;
        auto now = Cooperation::Clock::now();
        const auto pause = [&] {
            auto length = 0ms;
            while (!cooperation.isDue(now + length))
                length += 1ms;
            return length;
        };
        QCOMPARE(pause(), 0ms);
        cooperation.judge(now, 1ms, 200us);  // a fifth of the time: still faster than one thread
        QCOMPARE(pause(), 0ms);
        auto last = 0ms;
        for (int failure = 0; failure < 10; ++failure) {
            cooperation.judge(now, 4ms, 3ms);
            QVERIFY(pause() > last || pause() == 1000ms);
            last = pause();
            now += last;
        }
        QCOMPARE(last, 1000ms);
        // What pays again is tried more often again.
        for (int success = 0; success < 20; ++success)
            cooperation.judge(now, 1ms, 0ms);
        cooperation.judge(now, 4ms, 3ms);
        QVERIFY(pause() < 100ms && pause() > 0ms);
    }
};

QTEST_GUILESS_MAIN(ThreadCrewTest)
#include "thread_crew_test.moc"
