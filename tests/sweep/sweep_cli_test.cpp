// SPDX-License-Identifier: GPL-3.0-or-later
// Sweeps from the command line: alone, as several processes, and through the real GNU parallel.
#include "tests/core/cli_fixture.h"
#include "tests/core/tiny_model.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QStandardPaths>
#include <QTest>

#include <csignal>

using namespace diffuscope;
using Outcome = test::CliFixture::Outcome;

namespace {

const std::string sixtyRuns =
    R"({"version": 1, "recipe": {"model": "tiny", "batch": 2, "condition": {"classes": [1]}},
    "vary": [{"field": "sampler", "values": ["ddim", "dpmpp_2m", "euler"]}, {"field": "steps", "values": [2, 4]},
             {"field": "seed", "from": 1, "to": 10}],
    "measure": ["evaluations", "seconds", "error"], "reference": {"sampler": "ddim", "steps": 20}, "keep": ["images"]})";

}  // namespace

class SweepCliTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { test::saveTinyModel(m_cli.path("models/tiny")); }

    void cleanup() { QDir(m_cli.file("jobs.results")).removeRecursively(); }

    void aPlanBecomesAJobFileAndItsLinesRuns()
    {
        writeJobs(sixtyRuns);
        QCOMPARE(m_cli.read("jobs.jsonl").size() > 0, true);
        const Outcome one = m_cli.run({"sweep", "run", m_cli.file("jobs.jsonl"), "--line", "7"});
        QVERIFY2(one.exitCode == 0, qPrintable(one.errors));
        QVERIFY2(one.output.contains("1 runs done, 0 were done already, 0 failed"), qPrintable(one.output));
        QCOMPARE(results().size(), 1);
        const Outcome again = m_cli.run({"sweep", "run", m_cli.file("jobs.jsonl"), "--line", "5-8"});
        QVERIFY2(again.output.contains("3 runs done, 1 were done already"), qPrintable(again.output));
        // A block of ten lines: 11 to 20.
        m_cli.run({"sweep", "run", m_cli.file("jobs.jsonl"), "--block", "10", "--line", "2"});
        QCOMPARE(results().size(), 14);
    }

    void severalProcessesShareTheLinesAndTheirJoinIsWhole()
    {
        writeJobs(sixtyRuns);
        const Outcome run = m_cli.run({"sweep", "run", m_cli.file("jobs.jsonl"), "--workers", "2"});
        QVERIFY2(run.exitCode == 0, qPrintable(run.errors + run.output));
        checkSixty();
        for (const char* file : {"sheet.png", "plots.svg", "plots.pdf"}) {
            const bool isSheet = QString(file).endsWith("png");
            const Outcome join = m_cli.run({"sweep", "join", m_cli.file("jobs.jsonl"), "--mean", "seed",
                                            isSheet ? "--sheet" : "--plots", m_cli.file(file)});
            QVERIFY2(join.exitCode == 0, qPrintable(join.errors));
            QVERIFY(m_cli.read(file).size() > 1000);
        }
    }

    /// The same job file through the engine that people have.
    void gnuParallelDoesSixtyRunsEachOnce()
    {
        if (QStandardPaths::findExecutable("parallel").isEmpty())
            QSKIP("GNU parallel is not installed here.");
        writeJobs(sixtyRuns);
        const Outcome submit = m_cli.run({"sweep", "submit", m_cli.file("jobs.jsonl"), "--engine", "parallel",
                                          "--workers", "2", "--block", "2"});
        QVERIFY2(submit.exitCode == 0, qPrintable(submit.errors + submit.output));
        QVERIFY(submit.output.contains("| parallel --will-cite --jobs 2 --joblog"));
        checkSixty();
        const Outcome status = m_cli.run({"sweep", "status", m_cli.file("jobs.jsonl")});
        QVERIFY2(status.output.contains("60 runs: 60 done, 0 failed, 0 not done"), qPrintable(status.output));
        QVERIFY2(status.output.contains("parallel, 30 tasks: 30 ended, 0 failed"), qPrintable(status.output));
        const Outcome nothing =
            m_cli.run({"sweep", "submit", m_cli.file("jobs.jsonl"), "--engine", "parallel"});
        QVERIFY(nothing.output.contains("All 60 runs are done."));
    }

    /// Stopped in the middle, a sweep goes on where it was and ends with every run once.
    void aSweepThatIsKilledIsTakenUpAgain()
    {
        writeJobs(sixtyRuns);
        QProcess process;
        m_cli.start(process, {"sweep", "run", m_cli.file("jobs.jsonl")});
        QTRY_VERIFY_WITH_TIMEOUT(results().size() >= 5, test::CliFixture::patienceMs);
        process.kill();
        QVERIFY(process.waitForFinished());
        const auto before = results();
        QVERIFY(before.size() < 60);
        const Outcome again = m_cli.run({"sweep", "run", m_cli.file("jobs.jsonl")});
        QVERIFY2(again.output.contains(QString("%1 were done already").arg(before.size())),
                 qPrintable(again.output));
        checkSixty();
    }

    void anInterruptedSweepStopsCleanly()
    {
        writeJobs(sixtyRuns);
        QProcess process;
        m_cli.start(process, {"sweep", "run", m_cli.file("jobs.jsonl"), "--workers", "2"});
        QTRY_VERIFY_WITH_TIMEOUT(results().size() >= 2, test::CliFixture::patienceMs);
        process.terminate();
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(QDir(m_cli.file("jobs.results")).entryList({"*.failed.json", "*.part-*"}).isEmpty());
    }

    void aNodeWithoutTheModelSaysSo()
    {
        writeJobs(
            R"({"version": 1, "recipe": {"model": "elsewhere"}, "vary": [{"field": "seed", "from": 1, "to": 2}]})");
        const Outcome run = m_cli.run({"sweep", "run", m_cli.file("jobs.jsonl"), "--line", "2"});
        QCOMPARE(run.exitCode, 1);
        QVERIFY2(run.errors.contains("line 2:") && run.errors.contains("elsewhere"), qPrintable(run.errors));
        const Outcome join = m_cli.run({"sweep", "join", m_cli.file("jobs.jsonl")});
        QVERIFY2(join.output.contains("2 runs: 0 done, 1 failed, 1 not done"), qPrintable(join.output));
    }

    void badInputIsRefusedInASentenceBeforeAnythingIsWritten()
    {
        m_cli.write("huge.json",
                    R"({"version": 1, "vary": [{"field": "seed", "from": 1, "to": 1000000000}]})");
        const Outcome huge = m_cli.run({"sweep", m_cli.file("huge.json"), "--out", m_cli.file("huge.jsonl")});
        QCOMPARE(huge.exitCode, 1);
        QVERIFY2(huge.errors.contains("1,000,000,000 runs"), qPrintable(huge.errors));
        QVERIFY(!QFile::exists(m_cli.file("huge.jsonl")));
        QVERIFY(huge.output.isEmpty());

        QVERIFY(m_cli.run({"sweep"}).errors.contains("There is no plan."));
        QVERIFY(m_cli.run({"sweep", m_cli.file("none.json")}).errors.contains("cannot be read"));
        writeJobs(sixtyRuns);
        QFile(m_cli.file("jobs.jsonl")).resize(QFile(m_cli.file("jobs.jsonl")).size() - 9);
        QVERIFY(m_cli.run({"sweep", "run", m_cli.file("jobs.jsonl")})
                    .errors.contains("line 60: the file is cut off"));
        for (const char* lines : {"0", "x", "3-1", "1,", "-1", "1-99999999"})
            QVERIFY2(m_cli.run({"sweep", "run", m_cli.file("jobs.jsonl"), QString("--line=%1").arg(lines)})
                             .exitCode != 0,
                     lines);
        QVERIFY(m_cli.run({"sweep", "join", m_cli.file("jobs.jsonl"), "--table", "x.txt"})
                    .errors.contains(".csv or .json"));
    }

private:
    void writeJobs(const std::string& plan)
    {
        m_cli.write("plan.json", plan);
        const Outcome written = m_cli.run({"sweep", m_cli.file("plan.json")});
        QVERIFY2(written.exitCode == 0, qPrintable(written.errors));
        m_cli.write("jobs.jsonl", written.output.toStdString());
    }

    QStringList results() const
    {
        QStringList names = QDir(m_cli.file("jobs.results")).entryList({"*.json"}, QDir::Files);
        names.removeAll("submission.json");
        return names;
    }

    /// Every run of the plan has one result, and the table one row for it.
    void checkSixty()
    {
        QCOMPARE(results().size(), 60);
        const Outcome join =
            m_cli.run({"sweep", "join", m_cli.file("jobs.jsonl"), "--table", m_cli.file("table.json")});
        QVERIFY2(join.output.contains("60 runs: 60 done, 0 failed, 0 not done"),
                 qPrintable(join.output + join.errors));
        const auto rows = QJsonDocument::fromJson(QByteArray::fromStdString(m_cli.read("table.json")))
                              .object()["rows"]
                              .toArray();
        QCOMPARE(rows.size(), 60);
        QSet<QString> keys;
        for (const auto& row : rows) {
            keys += row.toObject()["key"].toString();
            QVERIFY(row.toObject()["measures"].toObject()["error"].toDouble(-1) >= 0);
        }
        QCOMPARE(keys.size(), 60);
    }

    test::CliFixture m_cli;
};

QTEST_GUILESS_MAIN(SweepCliTest)
#include "sweep_cli_test.moc"
