// SPDX-License-Identifier: GPL-3.0-or-later
// Runs of a sweep and their results: each once, whoever tries, whole or not there.
#include "core/sweep/measures.h"
#include "core/sweep/run_job.h"
#include "tests/core/file_fixture.h"
#include "tests/support/fake_run.h"
#include "tests/sweep/jobs.h"

#include <QTest>

#include <atomic>
#include <cmath>
#include <csignal>
#include <optional>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace diffuscope;
using test::jobsOf;

namespace {

const std::string fourSeeds = R"({"version": 1, "recipe": {"steps": 3, "batch": 2},
    "vary": [{"field": "guidance.scale", "from": 1, "to": 4}], "measure": ["evaluations", "mean", "seconds"],
    "keep": ["images", "sheet"]})";

}  // namespace

class SweepResultsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_files.emplace(); }

    void aRunIsDoneOnceAndLeavesItsResult()
    {
        const auto jobs = jobsOf(fourSeeds);
        test::FakeSampling sampling;
        const auto factory = sampling.factory()();
        const sweep::Results results(m_files->path("results"));
        const sweep::JobTools tools{.runs = *factory, .classAgreement = {}};
        QCOMPARE(sweep::runJob(jobs[0], results, tools, sweep::Waiting::waits), sweep::JobOutcome::done);
        QCOMPARE(sweep::runJob(jobs[0], results, tools, sweep::Waiting::waits),
                 sweep::JobOutcome::alreadyDone);
        QCOMPARE(sampling.runsStarted(), 1);

        const auto result = results.read(jobs[0].key);
        QVERIFY(result && !result->isFailure());
        QCOMPARE(result->measures.at("evaluations"), 3.0);
        const auto images = sweep::readImages(results.path(result->files.at("images")));
        QCOMPARE(images.shape.batch, 2);
        QCOMPARE(result->measures.at("mean"), sweep::meanOf(images));
        QVERIFY(std::filesystem::exists(results.path(result->files.at("sheet"))));
        for (const auto& entry : std::filesystem::directory_iterator(results.folder()))
            QVERIFY2(entry.path().extension() != ".lock", "a lock was left behind");
    }

    void threadsThatDoTheSameJobsShareThem()
    {
        const auto jobs = jobsOf(fourSeeds);
        test::FakeSampling sampling;
        std::atomic<int> done = 0, already = 0;
        {
            std::vector<std::jthread> workers;
            for (int k = 0; k < 4; ++k)
                workers.emplace_back([&] {
                    const auto factory = sampling.factory()();
                    const sweep::Results results(m_files->path("results"));
                    const auto counts =
                        sweep::runJobs(jobs, results, {.runs = *factory, .classAgreement = {}},
                                       [](const sweep::Job&, const Error*) {});
                    done += counts.done;
                    already += counts.already;
                });
        }
        QCOMPARE(sampling.runsStarted(), 4);  // each once
        QCOMPARE(done.load(), 4);
        QCOMPARE(already.load(), 12);
    }

    void aProcessThatDiesGivesItsRunBack()
    {
        const sweep::Results results(m_files->path("results"));
        int pipes[2];
        QCOMPARE(::pipe(pipes), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto claim = results.tryClaim("abc");
            const char word = claim ? 'y' : 'n';
            if (::write(pipes[1], &word, 1) != 1)
                ::_exit(1);
            ::pause();
            ::_exit(0);
        }
        char word = 0;
        QCOMPARE(::read(pipes[0], &word, 1), ssize_t(1));
        QCOMPARE(word, 'y');
        QVERIFY(!results.tryClaim("abc"));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        QVERIFY(results.tryClaim("abc"));
        ::close(pipes[0]);
        ::close(pipes[1]);
    }

    void aFailureIsRecordedAndTriedAgain()
    {
        const auto jobs = jobsOf(fourSeeds);
        test::FakeSampling sampling;
        sampling.failToStart([] {
            throw Error(ErrorCode::missingFile, "There is no model \"mnist\" on this node.", "Copy it.");
        });
        const auto factory = sampling.factory()();
        const sweep::Results results(m_files->path("results"));
        const sweep::JobTools tools{.runs = *factory, .classAgreement = {}};
        QStringList told;
        const auto counts =
            sweep::runJobs(jobs, results, tools, [&](const sweep::Job& job, const Error* failure) {
                told += QString("%1 %2").arg(job.line).arg(failure ? failure->what() : "");
            });
        QCOMPARE(counts.failed, 4);
        QVERIFY(told.front().contains("no model"));
        QCOMPARE(results.read(jobs[1].key)->problem,
                 std::string("There is no model \"mnist\" on this node."));
        QVERIFY(!results.isDone(jobs[1].key));

        sampling.clearFailures();
        QCOMPARE(sweep::runJob(jobs[1], results, tools, sweep::Waiting::waits), sweep::JobOutcome::done);
        QVERIFY(!results.read(jobs[1].key)->isFailure());
        QVERIFY(!std::filesystem::exists(results.path(jobs[1].key + ".failed.json")));
    }

    void aRunThatIsStoppedLeavesNothing()
    {
        const auto jobs = jobsOf(fourSeeds);
        test::FakeSampling sampling;
        const auto factory = sampling.factory()();
        const sweep::Results results(m_files->path("results"));
        std::stop_source stop;
        stop.request_stop();
        bool isCancelled = false;
        try {
            sweep::runJob(jobs[0], results,
                          {.runs = *factory, .classAgreement = {}, .stop = stop.get_token()},
                          sweep::Waiting::waits);
        } catch (const Cancelled&) {
            isCancelled = true;
        }
        QVERIFY(isCancelled);
        QVERIFY(!results.read(jobs[0].key));
    }

    void theReferenceOfManyRunsIsSampledOnce()
    {
        const auto jobs = jobsOf(R"({"version": 1, "recipe": {"batch": 2}, "measure": ["error", "psnr"],
            "vary": [{"field": "steps", "values": [2, 3, 4]}], "reference": {"steps": 9, "guidance.scale": 3}})");
        test::FakeSampling sampling;
        const auto factory = sampling.factory()();
        const sweep::Results results(m_files->path("results"));
        for (const auto& job : jobs)
            sweep::runJob(job, results, {.runs = *factory, .classAgreement = {}}, sweep::Waiting::waits);
        QCOMPARE(sampling.runsStarted(), 4);
        // By hand, from the same fake frames.
        const auto result = test::fakeFrame(jobs[0].recipe, 2)->layer(record::Layer::xt);
        const auto reference = test::fakeFrame(*jobs[0].reference, 9)->layer(record::Layer::xt);
        double sum = 0;
        for (std::size_t i = 0; i < result.values.size(); ++i)
            sum += std::pow(double(result.values[i]) - double(reference.values[i]), 2);
        const double rms = std::sqrt(sum / double(result.values.size()));
        QVERIFY(rms > 0);
        QCOMPARE(results.read(jobs[0].key)->measures.at("error"), rms);
        QCOMPARE(results.read(jobs[0].key)->measures.at("psnr"), 20 * std::log10(2 / rms));
    }

    void aDamagedResultIsNamed()
    {
        const auto jobs = jobsOf(fourSeeds);
        const sweep::Results results(m_files->path("results"));
        for (const char* text : {"", "{", "{\"version\": 1}",
                                 "{\"version\": 1, \"key\": \"other\", \"measures\": {}, \"files\": {}}",
                                 "{\"version\": 1, \"key\": \"other\", \"measures\": {}, \"files\": "
                                 "{\"images\": \"../../etc/passwd\"}}"}) {
            m_files->write("results/" + jobs[0].key + ".json", text);
            const QString refusal = test::refusalOf([&] { results.read(jobs[0].key); });
            QVERIFY2(refusal.contains("is damaged"), text);
        }
    }

    void figuresOfImagesAreThoseOfTheirDefinitions()
    {
        const record::ImageBatch images{{1, 1, 2, 2}, {-2, 0, 1, 3}};
        QCOMPARE(sweep::meanOf(images), 0.5);
        QCOMPARE(sweep::deviationOf(images), std::sqrt((6.25 + 0.25 + 0.25 + 6.25) / 4));
        QCOMPARE(sweep::shareOutside(images), 0.5);
        QCOMPARE(sweep::rmsBetween(images, {{1, 1, 2, 2}, {-2, 0, 1, 1}}), 1.0);
        QVERIFY(test::refusalOf([&] {
                    sweep::rmsBetween(images, {{2, 1, 2, 1}, {0, 0, 0, 0}});
                }).contains("another shape"));
    }

private:
    std::optional<test::FileFixture> m_files;
};

QTEST_GUILESS_MAIN(SweepResultsTest)
#include "sweep_results_test.moc"
