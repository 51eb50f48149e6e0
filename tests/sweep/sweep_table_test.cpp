// SPDX-License-Identifier: GPL-3.0-or-later
// Joining: tables, means, the best of each column, sheet and plots, and two joins at once.
#include "core/base/atomic_file.h"
#include "core/base/tensor_pack.h"
#include "core/sweep/table_pictures.h"
#include "tests/core/file_fixture.h"
#include "tests/sweep/jobs.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <sstream>
#include <thread>

using namespace diffuscope;
using test::jobsOf;

namespace {

const std::string plan =
    R"({"version": 1, "recipe": {"batch": 2}, "measure": ["evaluations", "error", "mean"],
    "vary": [{"field": "sampler", "values": ["ddim", "heun"]}, {"field": "steps", "values": [5, 10]},
             {"field": "seed", "from": 1, "to": 2}], "reference": {"steps": 100}, "keep": ["images"]})";

}  // namespace

class SweepTableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// error = 1 / steps, half of that with heun, a little more with the second seed; lines 7 and 8 are not
    /// done.
    void init()
    {
        m_files.emplace();
        m_jobs = jobsOf(plan);
        m_results.emplace(m_files->path("results"));
        for (const sweep::Job& job : m_jobs) {
            if (job.line > 7)
                continue;
            sweep::Result result{.key = job.key, .weights = "0123"};
            if (job.line == 7)
                result.problem = "It said \"no\", twice.";
            const double factor = job.recipe.sampler.id == "heun" ? 0.5 : 1;
            result.measures = {{"evaluations", job.recipe.steps},
                               {"error", factor / job.recipe.steps + double(job.recipe.seed - 1) / 64},
                               {"mean", 0}};
            if (job.line == 7)
                result.measures.clear();
            else {
                base::TensorPack pack;
                pack.tensors["images"] = {{2, 1, 4, 4}, std::vector<float>(32, float(job.line) / 8)};
                base::writePack(m_results->path(job.key + ".safetensors"), pack);
                result.files["images"] = job.key + ".safetensors";
            }
            m_results->write(result);
        }
    }

    void theTableHasARowARun()
    {
        const sweep::Table table = sweep::tableOf(m_jobs, *m_results);
        QCOMPARE(table.rows.size(), std::size_t(8));
        QCOMPARE(table.fields, (std::vector<std::string>{"sampler", "steps", "seed"}));
        const std::string csv = sweep::csvOf(table);
        QVERIFY(csv.starts_with("line,key,sampler,steps,seed,evaluations,error,mean,state,problem\n"));
        QVERIFY(csv.find("1," + m_jobs[0].key + ",ddim,5,1,5,0.2,0,done,\n") != std::string::npos);
        QVERIFY(csv.find("7," + m_jobs[6].key + ",heun,10,1,,,,failed,\"It said \"\"no\"\", twice.\"\n") !=
                std::string::npos);
        QVERIFY(csv.find("8," + m_jobs[7].key + ",heun,10,2,,,,missing,\n") != std::string::npos);

        const QJsonArray rows = QJsonDocument::fromJson(QByteArray::fromStdString(sweep::jsonOf(table)))
                                    .object()["rows"]
                                    .toArray();
        QCOMPARE(rows.size(), 8);
        QCOMPARE(rows[4].toObject()["at"].toObject()["sampler"].toString(), QString("heun"));
        QCOMPARE(rows[4].toObject()["measures"].toObject()["error"].toDouble(), 0.1);
        QVERIFY(rows[7].toObject()["measures"].toObject()["error"].isNull());
    }

    void meansAreTakenOverAField()
    {
        const sweep::Table table = sweep::groupedOver(sweep::tableOf(m_jobs, *m_results), {"seed"});
        QCOMPARE(table.rows.size(), std::size_t(4));
        QCOMPARE(table.fields, (std::vector<std::string>{"sampler", "steps"}));
        QCOMPARE(*table.rows[0].values[1], 0.2 + 1.0 / 128);
        QCOMPARE(*table.rows[0].deviations[1], 1.0 / 64 / std::sqrt(2.0));
        QCOMPARE(table.rows[0].runs, 2);
        QCOMPARE(table.rows[3].state, std::string("incomplete"));
        QVERIFY(!table.rows[3].values[1]);
        QVERIFY(test::refusalOf([&] {
                    sweep::groupedOver(table, {"batch"});
                }).contains("does not vary \"batch\""));
    }

    void theBestOfEachColumnIsNamed()
    {
        const auto best = sweep::bestOf(sweep::tableOf(m_jobs, *m_results));
        QCOMPARE(best.size(), std::size_t(2));  // the mean has no better side
        QCOMPARE(best[0].measure, std::string("evaluations"));
        QCOMPARE(best[0].row, std::size_t(0));
        QCOMPARE(best[0].ties, 3);
        QCOMPARE(best[1].row, std::size_t(2));  // ddim, 10 steps, seed 1, the first of two with 0.1
        QCOMPARE(best[1].ties, 1);
    }

    void otherWeightsAndDamagedResultsAreTold()
    {
        auto result = *m_results->read(m_jobs[0].key);
        result.weights = "4567";
        m_results->write(result);
        m_files->write("results/" + m_jobs[1].key + ".json", "{");
        const sweep::Table table = sweep::tableOf(m_jobs, *m_results);
        QCOMPARE(table.notes.size(), std::size_t(2));
        QVERIFY(QString::fromStdString(table.notes[0]).contains("is damaged"));
        QVERIFY(QString::fromStdString(table.notes[1]).contains("2 different files of weights"));
        QCOMPARE(table.rows[1].state, std::string("missing"));
    }

    void aSheetShowsEveryRunThatKeptImages()
    {
        const auto sheet =
            sweep::resultSheet(m_jobs, *m_results, {.columns = "steps", .images = 2, .zoom = 1});
        // The values (line / 8) of the runs that are done, as greys.
        for (int line = 1; line <= 6; ++line) {
            const auto grey = int(std::lround((line / 8.0 + 1) / 2 * 255));
            const auto found =
                std::ranges::count_if(sheet.pixels(), [&](int pixel) { return std::abs(pixel - grey) <= 1; });
            QVERIFY2(found >= 4 * 8 * 3,
                     qPrintable(QString("line %1, grey %2: %3").arg(line).arg(grey).arg(found)));
        }
        QVERIFY(test::refusalOf([&] {
                    sweep::resultSheet(m_jobs, *m_results, {.columns = "batch"});
                }).contains("batch"));
        const sweep::Results none(m_files->path("none"));
        QVERIFY(test::refusalOf([&] { sweep::resultSheet(m_jobs, none, {}); }).contains("kept images"));
    }

    void plotsHaveALineForEachOtherField()
    {
        const sweep::Table table = sweep::groupedOver(sweep::tableOf(m_jobs, *m_results), {"seed"});
        const QString svg = QString::fromStdString(sweep::resultPlots(table, "", false, "jobs"));
        QVERIFY(svg.contains("<svg"));
        QVERIFY(sweep::resultPlots(table, "evaluations", true, "jobs").starts_with("%PDF"));
        QVERIFY(
            test::refusalOf([&] { sweep::resultPlots(table, "sampler", false, ""); }).contains("sampler"));
    }

    void twoJoinsAtOnceLeaveAWholeTable()
    {
        const std::string path = m_files->path("table.csv");
        const std::string whole = sweep::csvOf(sweep::tableOf(m_jobs, *m_results));
        std::atomic<int> wrong = 0;
        {
            std::vector<std::jthread> joins;
            for (int k = 0; k < 2; ++k)
                joins.emplace_back([&] {
                    for (int i = 0; i < 50; ++i)
                        base::writeFileAtomically(path, sweep::csvOf(sweep::tableOf(m_jobs, *m_results)));
                });
            joins.emplace_back([&] {
                for (int i = 0; i < 200; ++i)
                    if (const std::string seen = m_files->read("table.csv"); !seen.empty() && seen != whole)
                        ++wrong;
            });
        }
        QCOMPARE(wrong.load(), 0);
        QCOMPARE(m_files->read("table.csv"), whole);
    }

private:
    std::optional<test::FileFixture> m_files;
    std::vector<sweep::Job> m_jobs;
    std::optional<sweep::Results> m_results;
};

QTEST_GUILESS_MAIN(SweepTableTest)
#include "sweep_table_test.moc"
