// SPDX-License-Identifier: GPL-3.0-or-later
// The lines that hand a sweep to an engine, and reading what engines say of themselves.
#include "core/sweep/engines.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <numeric>

using namespace diffuscope;
using sweep::EngineState;

namespace {

sweep::Submission submissionOf(sweep::Engine engine, int lines)
{
    sweep::Submission submission{.engine = engine,
                                 .program = "/opt/bin/diffuscope-cli",
                                 .jobs = "/data/jobs.jsonl",
                                 .results = "/data/jobs.results",
                                 .lines = std::vector<int>(std::size_t(lines)),
                                 .workers = 4};
    std::iota(submission.lines.begin(), submission.lines.end(), 1);
    return submission;
}

}  // namespace

Q_DECLARE_METATYPE(EngineState)

class SweepEnginesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parallelGetsTheNumbersOfTheLinesThatAreNotDone()
    {
        sweep::Submission submission = submissionOf(sweep::Engine::parallel, 60);
        QCOMPARE(
            sweep::commandLine(submission),
            std::string("(seq 1 60) | parallel --will-cite --jobs 4 --joblog /data/jobs.results/parallel.log "
                        "'/opt/bin/diffuscope-cli sweep run /data/jobs.jsonl --results /data/jobs.results "
                        "--threads 1 --line {}'"));
        submission.lines = {1, 2, 3, 7, 11, 12};
        submission.hosts = {":", "ada@gpu"};
        const std::string some = sweep::commandLine(submission);
        QVERIFY(some.starts_with("(seq 1 3; seq 7 7; seq 11 12) | parallel"));
        QVERIFY(some.find(" --sshlogin ':,ada@gpu' ") != std::string::npos ||
                some.find(" --sshlogin :,ada@gpu ") != std::string::npos);
        submission.block = 5;  // lines 1-5, 6-10, 11-15
        QVERIFY(sweep::commandLine(submission).starts_with("(seq 1 3) | parallel"));
        QVERIFY(sweep::commandLine(submission).find("--block 5 --line {}") != std::string::npos);
        QCOMPARE(sweep::tasksOf(submission), 3);
    }

    void slurmGetsAnArray()
    {
        sweep::Submission submission = submissionOf(sweep::Engine::slurm, 200);
        QCOMPARE(
            sweep::commandLine(submission),
            std::string(
                "sbatch --parsable --job-name diffuscope-sweep --array 1-200%4 --cpus-per-task 1 --requeue "
                "--output /data/jobs.results/slurm-%A_%a.out --wrap 'exec /opt/bin/diffuscope-cli sweep run "
                "/data/jobs.jsonl --results /data/jobs.results --threads 1 --line $SLURM_ARRAY_TASK_ID'"));
        submission = submissionOf(sweep::Engine::slurm, 3000);
        const QString refusal = test::refusalOf([&] { sweep::commandLine(submission); });
        QVERIFY2(refusal.contains("up to 1000") && refusal.contains("--block 3"), qPrintable(refusal));
        submission.block = 3;
        QVERIFY(sweep::commandLine(submission).find("--array 1-1000%4") != std::string::npos);
    }

    void thisMachineRunsTheProgramItself()
    {
        QCOMPARE(
            sweep::commandLine(submissionOf(sweep::Engine::local, 9)),
            std::string(
                "/opt/bin/diffuscope-cli sweep run /data/jobs.jsonl --results /data/jobs.results --threads 1 "
                "--workers 4"));
        QVERIFY(test::refusalOf([] { sweep::engineNamed("condor"); }).contains("local, parallel and slurm"));
    }

    void wordsAreQuotedForAShell()
    {
        QCOMPARE(sweep::shellQuoted("plain/word.json"), std::string("plain/word.json"));
        QCOMPARE(sweep::shellQuoted(""), std::string("''"));
        QCOMPARE(sweep::shellQuoted("a b$(c)"), std::string("'a b$(c)'"));
        QCOMPARE(sweep::shellQuoted("it's"), std::string("'it'\\''s'"));
    }

    void theLogOfParallelIsCounted()
    {
        const std::string log =
            "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n"
            "2\t:\t1764540000.123\t     1.001\t0\t0\t0\t0\tdiffuscope-cli … --line 2\n"
            "1\t:\t1764540000.120\t     2.002\t0\t0\t1\t0\tdiffuscope-cli … --line 1\n"
            "3\t:\t1764540001.120\t     2.002\t0\t0\t0\t9\tdiffuscope-cli … --line 3\n"
            "1\t:\t1764540003.120\t     1.002\t0\t0\t0\t0\tdiffuscope-cli … --line 1\n";
        QVERIFY((sweep::stateOfJoblog(log) == EngineState{.ended = 2, .failed = 1}));
        QVERIFY(sweep::stateOfJoblog("") == EngineState{});
        QVERIFY(test::refusalOf([&] {
                    sweep::stateOfJoblog(log.substr(0, log.size() - 60));
                }).contains("Line 5"));
    }

    void theQueueAndTheAccountsOfSlurmAreCounted()
    {
        QVERIFY((sweep::stateOfQueue("5 RUNNING\n6 RUNNING\n7 PENDING\n8 COMPLETING\n") ==
                 EngineState{.waiting = 1, .running = 3}));
        QVERIFY((sweep::stateOfAccounts(
                     "12_1|COMPLETED\n12_2|FAILED\n12_3|CANCELLED by 0\n12_4|NODE_FAIL\n12_5|RUNNING\n") ==
                 EngineState{.ended = 1, .failed = 3}));
        QVERIFY(sweep::stateOfQueue("") == EngineState{});
    }

    void theRecordOfASubmissionReadsBack()
    {
        const sweep::SubmissionRecord record{sweep::Engine::slurm, "sbatch 'x y'", "1234", 17,
                                             "2026-11-30T22:00:00Z"};
        const auto read = sweep::recordFromJson(sweep::toJson(record));
        QCOMPARE(read.job, record.job);
        QCOMPARE(read.tasks, 17);
        QCOMPARE(read.command, record.command);
        // It becomes a word of a command.
        QVERIFY(test::refusalOf([] {
                    sweep::recordFromJson(
                        R"({"version":1,"engine":"slurm","command":"","job":"1; rm x","submitted":""})");
                }).contains("submission.job"));
    }
};

QTEST_GUILESS_MAIN(SweepEnginesTest)
#include "sweep_engines_test.moc"
