// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/classifiers/noise_classifier_card.h"
#include "core/model/safetensors.h"
#include "core/train/loop/training_loop.h"
#include "tests/core/cli_fixture.h"
#include "tests/core/tiny_model.h"

#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <csignal>
#include <filesystem>

using namespace diffuscope;

namespace {

constexpr int patienceMs = test::CliFixture::patienceMs;

std::string number(uint32_t value)
{
    return {char(value >> 24), char(value >> 16 & 0xff), char(value >> 8 & 0xff), char(value & 0xff)};
}

}  // namespace

class CliTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        test::saveTinyModel(m_files.path("models/tiny"));

        std::string images = std::string("\0\0\x08\x03", 4) + number(32) + number(8) + number(8);
        std::string labels = std::string("\0\0\x08\x01", 4) + number(32);
        for (int k = 0; k < 32; ++k) {
            images += std::string(64, char(k * 7));
            labels += char(k % 3);
        }
        std::filesystem::create_directories(m_files.path("data"));
        for (const std::string set : {"train", "t10k"}) {
            m_files.write("data/" + set + "-images-idx3-ubyte", images);
            m_files.write("data/" + set + "-labels-idx1-ubyte", labels);
        }
    }

    void sampleWritesASheetAndTensors()
    {
        const QString sheet = file("sheet.png"), tensors = file("run.safetensors");
        const Outcome outcome =
            run({"sample", "--model", "tiny", "--class", "0-2", "--count", "5", "--steps", "4", "--guidance",
                 "3", "--out", sheet, "--tensors", tensors, "--frames"});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        QVERIFY(QFileInfo(sheet).size() > 0);
        const auto written = model::readSafetensors(tensors.toStdString()).tensors;
        QCOMPARE(written.at("images").sizes(), torch::IntArrayRef({5, 1, 8, 8}));
        QVERIFY(written.at("images").scalar_type() == torch::kFloat32);
        QVERIFY(written.at("images").abs().max().item<double>() <= 1.0);
        QCOMPARE(written.at("x_t").sizes(), torch::IntArrayRef({5, 5, 1, 8, 8}));
        QCOMPARE(written.at("x0_hat").sizes(), torch::IntArrayRef({5, 5, 1, 8, 8}));
    }

    void equalSeedsGiveEqualImages()
    {
        const auto imagesOf = [this](const QString& seed) {
            const QString tensors = file("seed.safetensors");
            run({"sample", "--model", "tiny", "--class", "1", "--count", "2", "--steps", "3", "--sampler",
                 "ddpm", "--seed", seed, "--tensors", tensors});
            return model::readSafetensors(tensors.toStdString()).tensors.at("images");
        };
        const auto first = imagesOf("1");
        QVERIFY(first.equal(imagesOf("1")));
        QVERIFY(!first.equal(imagesOf("2")));
    }

    void badRequestsAreOneSentenceAndANonZeroExit_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("part");
        const auto sample = [this](const QStringList& more) {
            return QStringList{"sample", "--model", "tiny", "--class", "1", "--out", file("x.png")} + more;
        };
        QTest::newRow("no model") << QStringList{"sample", "--model", "none", "--out", file("x.png")}
                                  << "tiny";
        QTest::newRow("class") << QStringList{"sample", "--model", "tiny",       "--class",
                                              "3",      "--out",   file("x.png")}
                               << "from 0 to 2";
        QTest::newRow("class range") << QStringList{"sample", "--model", "tiny",       "--class",
                                                    "2-1",    "--out",   file("x.png")}
                                     << "no choice of classes";
        QTest::newRow("no steps") << sample({"--steps", "0"}) << "steps";
        QTest::newRow("too many steps") << sample({"--steps", "101"}) << "steps";
        QTest::newRow("guidance") << sample({"--guidance", "nan"}) << "uidance";
        QTest::newRow("sampler") << sample({"--sampler", "magic"}) << "magic";
        QTest::newRow("sampler option") << sample({"--sampler-option", "size=3"}) << "\"size\"";
        QTest::newRow("schedule") << sample({"--schedule", "wavy"}) << "wavy";
        QTest::newRow("nowhere") << QStringList{"sample", "--model", "tiny"} << "--out";
        QTest::newRow("unwritable") << QStringList{"sample", "--model", "tiny",          "--class",
                                                   "1",      "--out",   file("no/x.png")}
                                    << "no/x.png";
        QTest::newRow("no data") << QStringList{"train", "--out", file("t")} << "--data";
        QTest::newRow("wrong data") << QStringList{"train", "--out", file("t"), "--data", file("models")}
                                    << "train-images";
        QTest::newRow("nothing to resume")
            << QStringList{"train", "--resume", "--out", file("none")} << "checkpoint.safetensors";
        QTest::newRow("nothing to export")
            << QStringList{"export", "--run", file("none"), "--out", file("m")} << "checkpoint.safetensors";
        QTest::newRow("no classifier")
            << QStringList{"evaluate", "--model", "tiny", "--data", file("data")} << "classifier.safetensors";
        QTest::newRow("nothing to inspect") << QStringList{"inspect", "none"} << "none";
    }
    void badRequestsAreOneSentenceAndANonZeroExit()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, part);
        const Outcome outcome = run(arguments);
        QVERIFY(outcome.exitCode != 0);
        QVERIFY2(outcome.errors.contains(part), qPrintable(outcome.errors));
        QCOMPARE(outcome.errors.trimmed().count('\n'), 0);
    }

    void aTruncatedModelIsNamed()
    {
        const auto folder = m_files.path("truncated");
        std::filesystem::create_directories(folder);
        std::filesystem::copy(m_files.path("models/tiny"), folder);
        std::filesystem::resize_file(folder + "/model.safetensors", 5000);
        const Outcome outcome = run({"inspect", QString::fromStdString(folder)});
        QVERIFY(outcome.exitCode != 0);
        QVERIFY2(outcome.errors.contains("truncated/model.safetensors"), qPrintable(outcome.errors));
    }

    void modelsAndTheirFilesAreDescribed()
    {
        QVERIFY(run({"models"}).output.contains("tiny"));
        QVERIFY(run({"inspect", "tiny"}).output.contains("predicts   eps"));
        QVERIFY(run({"inspect", file("models/tiny/model.safetensors")}).output.contains("stem.weight"));
    }

    void thePlanOfAModelIsPrintedWithItsTimes()
    {
        const QString model = QStringLiteral(DIFFUSCOPE_SOURCE_DIR "/models/mnist");
        const Outcome plain = run({"inspect", model, "--plan"});
        QVERIFY2(plain.exitCode == 0, qPrintable(plain.errors));
        if (plain.output.startsWith("There is no plan"))
            QSKIP("no kernels for this processor");
        QVERIFY(plain.output.contains("MFLOP an image") && !plain.output.contains("precision:"));
        const Outcome timed = run({"inspect", model, "--plan", "--time", "--precision", "auto"});
        QVERIFY2(timed.exitCode == 0, qPrintable(timed.errors));
        QVERIFY2(
            QRegularExpression("precision: (float32|bfloat16) \\(.+\\)\n").match(timed.output).hasMatch(),
            qPrintable(timed.output));
        // One line an operation, each with its time, and their sum in the end.
        const QRegularExpression operation("^ *\\d+  .* MFLOP +([\\d.]+) ms$",
                                           QRegularExpression::MultilineOption);
        double sum = 0;
        int operations = 0;
        for (auto match = operation.globalMatch(timed.output); match.hasNext(); ++operations)
            sum += match.next().captured(1).toDouble();
        QVERIFY(operations > 30);
        const auto total = QRegularExpression("([\\d.]+) ms an image on one thread").match(timed.output);
        QVERIFY(std::abs(total.captured(1).toDouble() - sum) < 0.01);
        QCOMPARE(run({"inspect", model, "--time"}).exitCode == 0, false);
    }

    void aNetworkWithoutAPlanIsSampledAndSaysSo()
    {
        const Outcome inspected = run({"inspect", "tiny", "--plan", "--precision", "auto"});
        QVERIFY2(inspected.output.contains("There is no plan"), qPrintable(inspected.output));
        const Outcome sampled =
            run({"sample", "--model", "tiny", "--steps", "1", "--count", "1", "--out", file("slow.png")});
        QVERIFY2(sampled.exitCode == 0, qPrintable(sampled.errors));
        QVERIFY2(sampled.output.contains("module by module") && sampled.output.contains("8 channels"),
                 qPrintable(sampled.output));
    }

    void aRunIsExportedAndItsPictureGivesTheRecipeBack()
    {
        const Outcome exported =
            run({"export-run", "--model", "tiny", "--steps", "3", "--count", "2", "--seed", "9",
                 "--film-strip", file("strip.png"), "--plots", file("run.pdf"), "--table", file("run.csv"),
                 "--schedule-table", file("schedule.csv"), "--tensors", file("run.npz")});
        QVERIFY2(exported.exitCode == 0, qPrintable(exported.errors));
        for (const char* name : {"strip.png", "run.pdf", "run.csv", "schedule.csv", "run.npz"})
            QVERIFY2(QFileInfo(file(name)).size() > 0, name);
        for (const auto& [recipe, name] :
             {std::pair{QString("strip.png"), "again.png"}, {QString(), "other.png"}}) {
            QStringList arguments{"export-run", "--film-strip", file(name)};
            arguments += recipe.isEmpty() ? QStringList{"--model", "tiny"}
                                          : QStringList{"--recipe", file("strip.png")};
            QVERIFY2(run(arguments).exitCode == 0, name);
        }
        QCOMPARE(m_files.read("again.png"), m_files.read("strip.png"));
        QVERIFY(m_files.read("other.png") != m_files.read("strip.png"));
        QVERIFY(run({"export-run", "--model", "tiny"}).errors.contains("nothing to export"));
    }

    void anInterruptedTrainingIsResumedExportedAndSampled()
    {
        QProcess process;
        start(process, {"train", "--data", file("data"), "--out", file("run"), "--steps", "100000", "--batch",
                        "4", "--channels", "8", "--embedding", "16", "--blocks", "1", "--levels", "20"});
        QVERIFY(process.waitForReadyRead(patienceMs));
        ::kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(patienceMs));
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(train::readCheckpointOptions(m_files.path("run")).optimizer.steps == 100'000);

        start(process, {"train", "--resume", "--out", file("run")});
        QVERIFY(process.waitForReadyRead(patienceMs));
        ::kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(patienceMs));
        QCOMPARE(process.exitCode(), 130);

        const Outcome exported = run({"export", "--run", file("run"), "--out", file("models/fresh")});
        QVERIFY2(exported.exitCode == 0, qPrintable(exported.errors));
        QVERIFY(QFileInfo(file("models/fresh/sheet.png")).size() > 0);
        QVERIFY(QFileInfo(file("models/fresh/README.md")).size() > 0);
        const Outcome sampled = run({"sample", "--model", "fresh", "--steps", "2", "--class", "none",
                                     "--count", "1", "--guidance", "1", "--out", file("fresh.png")});
        QVERIFY2(sampled.exitCode == 0, qPrintable(sampled.errors));
    }

    void aClassifierIsTrainedAndEvaluates()
    {
        const Outcome trained = run({"train", "--task", "classifier", "--data", file("data"), "--out",
                                     file("models/tiny/classifier"), "--steps", "4", "--batch", "8"});
        QVERIFY2(trained.exitCode == 0, qPrintable(trained.errors));
        const std::string command = "diffuscope-cli train --steps 1";
        auto before = model::readModelCard(m_files.path("models/tiny"));
        before.training["command"] = command;
        model::writeModelCard(m_files.path("models/tiny"), before);
        const Outcome outcome = run({"evaluate", "--model", "tiny", "--data", file("data"), "--images", "12",
                                     "--steps", "2", "--write"});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        QVERIFY(outcome.output.contains("class agreement"));
        const auto card = model::readModelCard(m_files.path("models/tiny"));
        QVERIFY(card.quality && card.quality->images == 12);
        QCOMPARE(card.training.at("command"), command);
        QVERIFY(m_files.read("models/tiny/README.md").find(command) != std::string::npos);
        std::filesystem::remove_all(m_files.path("models/tiny/classifier"));
    }

    void aNoiseClassifierIsTrainedPutBesideItsModelAndGuides()
    {
        const QStringList sample{"sample",     "--model", "tiny",
                                 "--class",    "1",       "--count",
                                 "2",          "--steps", "3",
                                 "--guidance", "4",       "--guidance-rule",
                                 "classifier", "--out",   file("guided.png")};
        const Outcome refused = run(sample);
        QVERIFY(refused.exitCode != 0);
        QVERIFY2(refused.errors.contains("\"tiny\" has no noise-aware classifier"),
                 qPrintable(refused.errors));
        const Outcome trained =
            run({"train", "--task", "noise-classifier", "--data", file("data"), "--out", file("guide"),
                 "--steps", "4", "--batch", "8", "--levels", "100", "--threads", "1"});
        QVERIFY2(trained.exitCode == 0, qPrintable(trained.errors));
        QVERIFY2(trained.output.contains("t =   99"), qPrintable(trained.output));
        const Outcome exported = run({"export", "--run", file("guide"), "--out", file("models/tiny")});
        QVERIFY2(exported.exitCode == 0, qPrintable(exported.errors));
        QVERIFY(run({"models"}).output.contains("noise-aware classifier"));
        const Outcome guided = run(sample);
        QVERIFY2(guided.exitCode == 0, qPrintable(guided.errors));
        QVERIFY2(guided.output.contains("3 evaluations"), qPrintable(guided.output));
        std::filesystem::remove_all(model::noiseClassifierFolder(m_files.path("models/tiny")));
    }

    void theCommandInACardTrainsTheSame()
    {
        const auto weights = [this] {
            return model::readSafetensors(train::checkpointPath(m_files.path("again"))).tensors.at("weights");
        };
        const Outcome trained = run({"train", "--task", "noise-classifier", "--data", file("data"), "--out",
                                     file("again"), "--steps", "5", "--batch", "8", "--levels", "60",
                                     "--flip", "--seed", "9", "--threads", "2"});
        QVERIFY2(trained.exitCode == 0, qPrintable(trained.errors));
        const auto first = weights();
        const auto card = model::readNoiseClassifierCard(m_files.path("again"));
        std::filesystem::remove_all(m_files.path("again"));
        QStringList command = QProcess::splitCommand(QString::fromStdString(card.training.at("command")));
        QCOMPARE(command.takeFirst(), QString("diffuscope-cli"));
        const Outcome repeated = run(command);
        QVERIFY2(repeated.exitCode == 0, qPrintable(repeated.errors));
        QVERIFY(weights().equal(first));
    }

private:
    using Outcome = test::CliFixture::Outcome;

    QString file(const std::string& name) const { return m_files.file(name); }
    void start(QProcess& process, const QStringList& arguments) const { m_files.start(process, arguments); }
    Outcome run(const QStringList& arguments) const { return m_files.run(arguments); }

    test::CliFixture m_files;
};

QTEST_GUILESS_MAIN(CliTest)
#include "cli_test.moc"
