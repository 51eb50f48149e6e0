// SPDX-License-Identifier: GPL-3.0-or-later
// Plans of sweeps: what they count to, which jobs they make, and what is refused before anything is written.
#include "core/sweep/job.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <algorithm>
#include <set>
#include <sstream>

using namespace diffuscope;

namespace {

std::vector<std::string> linesOf(const std::string& plan)
{
    std::istringstream text(sweep::jobLines(sweep::planFromJson(plan)));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

std::vector<sweep::Job> jobsOf(const std::string& plan)
{
    std::vector<sweep::Job> jobs;
    for (const std::string& line : linesOf(plan))
        jobs.push_back(sweep::jobFromLine(line, "jobs.jsonl", int(jobs.size()) + 1));
    return jobs;
}

QString refusalOfPlan(const std::string& plan)
{
    return test::refusalOf([&] { sweep::jobLines(sweep::planFromJson(plan)); });
}

const std::string twoByThree = R"({"version": 1,
    "recipe": {"version": 1, "model": "tiny", "batch": 2},
    "vary": [{"field": "sampler", "values": ["heun", "euler"]}, {"field": "steps", "from": 5, "to": 15, "step": 5}],
    "measure": ["evaluations", "mean"], "keep": ["images"]})";

}  // namespace

class SweepPlanTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fieldsAreVariedAgainstEachOtherTheLastFastest()
    {
        const auto jobs = jobsOf(twoByThree);
        QCOMPARE(jobs.size(), std::size_t(6));
        const std::vector<std::pair<std::string, int>> expected{{"heun", 5},  {"heun", 10},  {"heun", 15},
                                                                {"euler", 5}, {"euler", 10}, {"euler", 15}};
        std::set<std::string> keys;
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            QCOMPARE(jobs[i].recipe.sampler.id, expected[i].first);
            QCOMPARE(jobs[i].recipe.steps, expected[i].second);
            QCOMPARE(jobs[i].recipe.model, std::string("tiny"));
            QCOMPARE(jobs[i].recipe.batch, 2);
            QCOMPARE(jobs[i].line, int(i) + 1);
            QCOMPARE(jobs[i].of, 6);
            QCOMPARE(jobs[i].at.front().first, std::string("sampler"));  // in the order of the plan
            keys.insert(jobs[i].key);
        }
        QCOMPARE(keys.size(), std::size_t(6));
    }

    void everyKindOfFieldCanBeVaried()
    {
        const auto jobs = jobsOf(R"({"version": 1, "vary": [
            {"field": "model", "values": ["mnist", "fashion-mnist"]},
            {"field": "sampler", "values": ["ddim", {"id": "ddim", "options": {"eta": 1}}]},
            {"field": "schedule", "values": [null, "cosine"]},
            {"field": "condition.classes", "values": [[7], [1, 3]]},
            {"field": "guidance.scale", "from": 1, "to": 2, "step": 0.5},
            {"field": "batch", "values": [4]}, {"field": "seed", "from": 18446744073709551614, "to": 18446744073709551615}]})");
        QCOMPARE(jobs.size(), std::size_t(2 * 2 * 2 * 2 * 3 * 1 * 2));
        const sweep::Job& last = jobs.back();
        QCOMPARE(last.recipe.model, std::string("fashion-mnist"));
        QCOMPARE(std::get<double>(last.recipe.sampler.options.at("eta")), 1.0);
        QCOMPARE(last.recipe.schedule->family, std::string("cosine"));
        QCOMPARE(last.recipe.condition.classes, (std::vector<int>{1, 3}));
        QCOMPARE(last.recipe.guidance.scale, 2.0);
        QCOMPARE(last.recipe.seed, 18446744073709551615u);
        QVERIFY(!jobs.front().recipe.schedule);
    }

    void fieldsThatChangeTogetherAreOneDirection()
    {
        const auto jobs = jobsOf(R"({"version": 1, "vary": [
            {"fields": ["steps", "guidance.scale"], "values": [[10, 2], [20, 4]]}, {"field": "seed", "from": 1, "to": 2}]})");
        QCOMPARE(jobs.size(), std::size_t(4));
        QCOMPARE(jobs[2].recipe.steps, 20);
        QCOMPARE(jobs[2].recipe.guidance.scale, 4.0);
    }

    void aReferenceIsTheRunsOwnRecipeWithWhatItChanges()
    {
        const auto jobs = jobsOf(R"({"version": 1, "vary": [{"field": "seed", "from": 3, "to": 4}],
            "measure": ["error"], "reference": {"sampler": "heun", "steps": 500}})");
        QCOMPARE(jobs[1].reference->seed, 4u);
        QCOMPARE(jobs[1].reference->steps, 500);
        QCOMPARE(jobs[1].reference->sampler.id, std::string("heun"));
        QVERIFY(refusalOfPlan(R"({"version": 1, "vary": [], "measure": ["psnr"]})").contains("reference"));
    }

    void theKeyIsMadeOfTheRunAloneAndOfAllOfIt()
    {
        const auto keyOf = [](const std::string& rest) {
            return jobsOf(R"({"version": 1, "vary": [], )" + rest + "}").front().key;
        };
        const std::string plain = keyOf(R"("recipe": {"steps": 20})");
        QCOMPARE(keyOf(R"("recipe": {"version": 1, "steps": 20, "seed": 1})"),
                 plain);  // defaults spelled out
        QVERIFY(keyOf(R"("recipe": {"steps": 21})") != plain);
        QVERIFY(keyOf(R"("recipe": {"steps": 20}, "keep": ["sheet"])") != plain);
        QVERIFY(keyOf(R"("recipe": {"steps": 20}, "measure": ["mean"])") != plain);
        // The place in the plan is no part of it.
        QCOMPARE(jobsOf(R"({"version": 1, "vary": [{"field": "steps", "values": [10, 20]}]})")[1].key, plain);
    }

    void aBillionRunsAreCountedAndNotMade()
    {
        QCOMPARE(
            refusalOfPlan(R"({"version": 1, "vary": [{"field": "seed", "from": 1, "to": 1000000000}]})"),
            QString(
                "The plan asks for 1,000,000,000 runs; a sweep has at most 100,000. Vary fewer fields, or "
                "give fewer values."));
        const QString beyond = refusalOfPlan(R"({"version": 1, "vary": [
            {"field": "seed", "from": 0, "to": 18446744073709551615}, {"field": "steps", "from": 1, "to": 1000}]})");
        QVERIFY2(beyond.contains("more than 18,446,744,073,709,551,615 runs"), qPrintable(beyond));
        QVERIFY(
            refusalOfPlan(
                R"({"version": 1, "vary": [{"field": "guidance.scale", "from": 0, "to": 1e300, "step": 1e-300}]})")
                .contains("more than"));
    }

    void whatIsWrongIsNamed_data()
    {
        QTest::addColumn<QString>("plan");
        QTest::addColumn<QString>("word");
        const auto row = [](const char* name, const char* vary, const char* word) {
            QTest::newRow(name) << QString(R"({"version": 1, "vary": [%1]})").arg(vary) << word;
        };
        QTest::newRow("no version") << R"({"vary": []})"
                                    << "plan.version";
        QTest::newRow("cut") << R"({"version": 1, "vary": [)"
                             << "not JSON";
        QTest::newRow("unknown key") << R"({"version": 1, "vary": [], "measures": []})"
                                     << "plan.measures";
        QTest::newRow("unknown measure") << R"({"version": 1, "vary": [], "measure": ["beauty"]})"
                                         << "plan.measure";
        QTest::newRow("unknown file") << R"({"version": 1, "vary": [], "keep": ["../x"]})"
                                      << "plan.keep";
        row("unknown field", R"({"field": "stepz", "values": [1]})", "recipe.stepz");
        row("field below a text", R"({"field": "model.name", "values": ["a"]})", "plan");
        row("value out of range", R"({"field": "steps", "values": [10, 0]})",
            "Run 2 of the plan (steps = 0)");
        row("unknown schedule", R"({"field": "schedule", "values": ["parabola"]})", "parabola");
        row("value twice", R"({"field": "steps", "values": [10, 10]})", "twice");
        row("no values", R"({"field": "steps", "values": []})", "values");
        row("backwards", R"({"field": "seed", "from": 3, "to": 1})", "plan.vary[0].to");
        row("step of zero", R"({"field": "seed", "from": 1, "to": 3, "step": 0})", "plan.vary[0].step");
        row("one field twice",
            R"({"field": "sampler", "values": ["ddim"]}, {"field": "sampler.options.eta", "values": [1]})",
            "one field");
        row("one thing by two names", R"({"field": "sampler", "values": ["dpmpp_2m", "dpmpp-2m"]})",
            "are the same");
        row("too few together", R"({"fields": ["steps", "seed"], "values": [[1]]})", "plan.vary[0].values");
        row("a branch", R"({"field": "from.frame", "values": [1]})", "cannot change");
    }

    void whatIsWrongIsNamed()
    {
        QFETCH(QString, plan);
        QFETCH(QString, word);
        const QString refusal = refusalOfPlan(plan.toStdString());
        QVERIFY2(refusal.contains(word), qPrintable(refusal.isEmpty() ? "It was not refused." : refusal));
    }

    void aCutJobFileIsNamedWithItsLine()
    {
        const std::string whole = sweep::jobLines(sweep::planFromJson(twoByThree));
        const std::string path = m_files.write("jobs.jsonl", whole);
        QCOMPARE(sweep::readJobs(path).size(), std::size_t(6));
        QCOMPARE(sweep::readJob(path, 4).recipe.sampler.id, std::string("euler"));
        QVERIFY(test::refusalOf([&] { sweep::readJob(path, 7); }).contains("ends after line 6"));

        m_files.write("jobs.jsonl", whole.substr(0, whole.size() - 10));
        QVERIFY(test::refusalOf([&] { sweep::readJobs(path); }).contains("line 6: the file is cut off"));
        QVERIFY(test::refusalOf([&] { sweep::readJob(path, 6); }).contains("line 6: the file is cut off"));
        QCOMPARE(sweep::readJob(path, 5).line, 5);  // what came before is whole

        const std::size_t fourth = whole.find("\"line\":4");
        m_files.write("jobs.jsonl", whole.substr(0, whole.rfind('\n', fourth) + 1));
        QVERIFY(test::refusalOf([&] { sweep::readJobs(path); }).contains("ends after line 3 of 6"));
        QVERIFY(test::refusalOf([&] { sweep::readJobs(m_files.path("none")); }).contains("cannot be read"));
    }

    void aLineThatWasChangedIsRefused()
    {
        std::string line = linesOf(twoByThree).front();
        line.replace(line.find("\"steps\":5,\"sampler\""), 9, "\"steps\":6");
        QVERIFY(test::refusalOf([&] { sweep::jobFromLine(line, "jobs.jsonl", 1); }).contains("its key"));
        QVERIFY(test::refusalOf([&] {
                    sweep::jobFromLine(linesOf(twoByThree)[1], "jobs.jsonl", 1);
                }).contains("calls itself line 2"));
        for (const char* bad : {"", "{}", "[]", "null", "{\"version\": 1, \"key\": 5}", "\xff\xfe"})
            QVERIFY2(test::refusalOf([&] { sweep::jobFromLine(bad, "jobs.jsonl", 9); }).contains("line 9"),
                     bad);
    }

private:
    test::FileFixture m_files;
};

QTEST_GUILESS_MAIN(SweepPlanTest)
#include "sweep_plan_test.moc"
