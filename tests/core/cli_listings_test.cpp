// SPDX-License-Identifier: GPL-3.0-or-later
// What the command line lists of samplers, schedules, grids and rules, and the numbers of schedules and
// grids.
#include "tests/core/cli_fixture.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>

using namespace diffuscope;
using Outcome = test::CliFixture::Outcome;

namespace {

QJsonArray jsonList(const Outcome& outcome)
{
    return QJsonDocument::fromJson(outcome.output.toUtf8()).array();
}

/// The numbers of a CSV text below its header.
std::vector<std::vector<double>> numbersOf(const QString& csv)
{
    std::vector<std::vector<double>> rows;
    const auto lines = csv.split('\n', Qt::SkipEmptyParts);
    for (int i = 1; i < lines.size(); ++i) {
        rows.emplace_back();
        for (const auto& field : lines[i].split(','))
            rows.back().push_back(field == "inf" ? INFINITY : field.toDouble());
    }
    return rows;
}

}  // namespace

class CliListingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyListingHasItsEntriesAndTheirOptions_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<int>("least");
        QTest::addColumn<QStringList>("parts");
        QTest::newRow("samplers") << "samplers" << 33
                                  << QStringList{"DPM-Solver++ 2M",     "order 2",
                                                 "1 evaluation a step", "stochastic",
                                                 "churn_from",          "number, 0 to 1000",
                                                 "k_dpm_2_ancestral",   "default midpoint"};
        QTest::newRow("schedules") << "schedules" << 17 << QStringList{"Cosine",
                                                                       "terminal_snr",
                                                                       "as_is | zero | near_zero",
                                                                       "squaredcos_cap_v2",
                                                                       "rectified_flow",
                                                                       "drawn"};
        QTest::newRow("grids") << "grids" << 15
                               << QStringList{"karras", "whole number, 0 to 1000", "sgm_uniform", "typed"};
        QTest::newRow("guidance") << "guidance" << 6
                                  << QStringList{"negative_class", "ho_salimans", "apg", "momentum"};
        QTest::newRow("clipping") << "clipping" << 3 << QStringList{"percentile", "0.995", "true or false"};
        QTest::newRow("targets") << "targets" << 5
                                 << QStringList{"eps", "v_prediction", "edm", "Flow velocity"};
    }
    void everyListingHasItsEntriesAndTheirOptions()
    {
        QFETCH(QString, command);
        QFETCH(int, least);
        QFETCH(QStringList, parts);
        // The options that only repeat other programs are folded away without --all.
        const Outcome text = m_cli.run({command, "--all"});
        QCOMPARE(text.exitCode, 0);
        QVERIFY(m_cli.run({command}).output.size() <= text.output.size());
        for (const auto& part : parts)
            QVERIFY2(text.output.contains(part), qPrintable(part));
        for (const auto& line : text.output.split('\n'))
            QVERIFY2(line.size() <= 140, qPrintable(line));
        const QJsonArray entries = jsonList(m_cli.run({command, "--json"}));
        QVERIFY(entries.size() >= least);
        const Outcome brief = m_cli.run({command, "--brief"});
        QCOMPARE(brief.output.count('\n'), entries.size());
        for (const auto& value : entries) {
            const QJsonObject entry = value.toObject();
            QVERIFY(text.output.contains(entry["id"].toString()));
            QVERIFY(!entry["name"].toString().isEmpty() && entry["description"].toString().size() > 20);
            for (const auto& option : entry["options"].toArray()) {
                QVERIFY(text.output.contains(option.toObject()["id"].toString()));
                QVERIFY(!option.toObject()["explanation"].toString().isEmpty());
                QVERIFY(option.toObject().contains("default"));
            }
        }
    }

    void oneEntryIsDescribedUnderAnyOfItsNames()
    {
        const Outcome outcome = m_cli.run({"samplers", "euler-ancestral"});
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY(outcome.output.startsWith("euler_a "));
        QVERIFY(outcome.output.contains("stochastic") && outcome.output.contains("k_euler_a"));
        QVERIFY(!outcome.output.contains("dpmpp_2m"));
        const auto json = QJsonDocument::fromJson(m_cli.run({"samplers", "PLMS", "--json"}).output.toUtf8());
        QCOMPARE(json["id"].toString(), "pndm");
        QCOMPARE(json["order"].toInt(), 4);
        QCOMPARE(json["stochastic"].toBool(true), false);
    }

    void anUnknownNameIsOneSentenceWithTheNearest()
    {
        const Outcome outcome = m_cli.run({"samplers", "dpmp-2m"});
        QVERIFY(outcome.exitCode != 0);
        QCOMPARE(outcome.errors, "diffuscope-cli: There is no sampler \"dpmp-2m\"; did you mean dpmpp_2m?\n");
        QVERIFY(m_cli.run({"schedule", "cosin"}).errors.contains("did you mean cosine?"));
        QVERIFY(m_cli.run({"grids", "karas"}).errors.contains("did you mean karras?"));
        QVERIFY(m_cli.run({"shedule", "cosine"}).errors.contains("did you mean schedule?"));
        QVERIFY(m_cli.run({"samplers", "zzzzzz"}).errors.contains("diffuscope-cli samplers"));
    }

    void aScheduleIsPrintedToTheLastDigit()
    {
        const Outcome outcome = m_cli.run({"schedule", "cosine", "--csv"});
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY(outcome.output.startsWith("t,beta,alpha_bar,snr,sigma\n0,"));
        const auto rows = numbersOf(outcome.output);
        QCOMPARE(int(rows.size()), 1000);
        double alphaBar = 1;
        for (const auto& row : rows) {
            QCOMPARE(int(row.size()), 5);
            alphaBar *= 1 - row[1];
            QVERIFY(qAbs(row[2] - alphaBar) <= 1e-12 * alphaBar);
            QVERIFY(qAbs(row[3] - row[2] / (row[4] * row[4])) <= 1e-12 * row[3]);
            QVERIFY(qAbs(row[4] * row[4] + row[2] - 1) < 1e-12);
        }
        QVERIFY(rows.back()[1] == 0.999);
    }

    void optionsOfAScheduleAreTakenInEitherForm()
    {
        const QString inName =
            m_cli.run({"schedule", "linear:beta_start=0.001,beta-end=0.01,levels=50", "--csv"}).output;
        const QString apart = m_cli
                                  .run({"schedule", "ddpm", "--option", "beta_start=0.001", "--option",
                                        "beta_end=0.01", "--levels", "50", "--csv"})
                                  .output;
        QCOMPARE(inName.count('\n'), 51);
        QCOMPARE(inName, apart);
        QVERIFY(inName.contains("\n49,0.01"));
        const QString drawn =
            m_cli.run({"schedule", "drawn:points=0:0.999, 0.5:0.5, 1:0.001,levels=20", "--csv"}).output;
        QCOMPARE(drawn.count('\n'), 21);
    }

    void aScheduleIsWrittenToAFileAndSummed()
    {
        const Outcome outcome =
            m_cli.run({"schedule", "scaled_linear", "--csv", "--out", m_cli.file("schedule.csv")});
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY(outcome.output.isEmpty());
        QCOMPARE(QString::fromStdString(m_cli.read("schedule.csv")),
                 m_cli.run({"schedule", "scaled_linear", "--csv"}).output);
        const QString summary = m_cli.run({"schedule", "jsd"}).output;
        QVERIFY(summary.contains("1000 levels") && summary.contains("without signal"));
        QVERIFY(summary.count('\n') < 30);
    }

    /// The check values of the reference, which are of betas in single precision: Karras on Stable
    /// Diffusion's betas, ten levels and the clean one.
    void aGridIsPrintedWithTheLevelsItVisits()
    {
        const Outcome outcome =
            m_cli.run({"grid", "karras", "--schedule", "scaled_linear", "--steps", "10", "--csv"});
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY(outcome.output.startsWith("index,t,alpha,sigma,sigma_over_alpha,log_snr\n0,999,"));
        const auto rows = numbersOf(outcome.output);
        const double expected[] = {14.61465, 9.10294, 5.4784,  3.16861, 1.74942, 0.91408,
                                   0.44692,  0.2014,  0.08191, 0.02917, 0};
        QCOMPARE(int(rows.size()), 11);
        for (int i = 0; i <= 10; ++i) {
            const auto& row = rows[std::size_t(i)];
            QCOMPARE(row[0], double(i));
            QVERIFY2(qAbs(row[4] - expected[i]) < 6e-6 + 1e-5 * expected[i],
                     qPrintable(QString::number(row[4])));
            QVERIFY(i == 10 ? std::isinf(row[5])
                            : qAbs(row[5] - 2 * std::log(row[2] / row[3])) < 1e-9 * qAbs(row[5]) + 1e-12);
        }
        const QString table = m_cli.run({"grid", "karras:rho=5", "--steps", "4"}).output;
        QVERIFY(table.startsWith("Karras on Linear (DDPM): 4 steps\n"));
        QCOMPARE(table.count('\n'), 8);
    }

    void aGridThatCannotBeIsRefused_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("part");
        QTest::newRow("repeats") << QStringList{"grid", "sigmas:values=5, 3, 3, 1"} << "\"values\"";
        QTest::newRow("rises") << QStringList{"grid", "sigmas:values=5, 7, 1"} << "from 5 to 7";
        QTest::newRow("no number") << QStringList{"grid", "typed:values=5, x"} << "\"x\"";
        QTest::newRow("steps") << QStringList{"grid", "karras", "--steps", "0"} << "from 1 to 1000";
        QTest::newRow("rho") << QStringList{"grid", "karras:rho=0"} << "from 0.5 to 20";
        QTest::newRow("rho nan") << QStringList{"grid", "karras:rho=nan"} << "\"rho\"";
        QTest::newRow("empty") << QStringList{"grid", "karras:sigma_max=1,sigma_min=2"} << "sigma_max";
        QTest::newRow("unknown option") << QStringList{"grid", "karras:roh=3"} << "did you mean rho?";
        QTest::newRow("no option") << QStringList{"grid", "karras:7"} << "option=value";
        QTest::newRow("levels") << QStringList{"schedule", "cosine", "--levels", "1"} << "from 2 to 10000";
        QTest::newRow("no schedule") << QStringList{"schedule"} << "name";
        QTest::newRow("unwritable") << QStringList{"schedule", "cosine", "--out", "/nowhere/x.csv"}
                                    << "/nowhere/x.csv";
    }
    void aGridThatCannotBeIsRefused()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, part);
        const Outcome outcome = m_cli.run(arguments);
        QVERIFY(outcome.exitCode != 0);
        QVERIFY2(outcome.errors.contains(part), qPrintable(outcome.errors));
        QCOMPARE(outcome.errors.trimmed().count('\n'), 0);
        QVERIFY(outcome.output.isEmpty());
    }

    void helpTellsEachCommandInOneLine()
    {
        const QString help = m_cli.run({"--help"}).output;
        const QString commands = help.mid(help.indexOf("Subcommands:\n"));
        QVERIFY(commands.contains("  sheet  "));
        for (const auto& line : commands.split('\n'))
            QVERIFY2(line.size() <= 90, qPrintable(line));
    }

private:
    test::CliFixture m_cli;
};

QTEST_GUILESS_MAIN(CliListingsTest)
#include "cli_listings_test.moc"
