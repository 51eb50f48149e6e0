// SPDX-License-Identifier: GPL-3.0-or-later
// Inputs on which programs of this field fall short, each with what is right: data sets as people have them,
// trainings that are stopped, moved and repeated, and files that are written to odd places.
#include "tests/core/cli_fixture.h"
#include "tests/core/picture_fixture.h"

#include <QDir>
#include <QtTest>

#include <csignal>
#include <fcntl.h>
#include <functional>
#include <sys/file.h>
#include <unistd.h>

using namespace diffuscope;

namespace {

constexpr std::size_t side = 8;

using Caption = std::function<std::string(unsigned)>;

std::string redOrBlue(unsigned picture)
{
    return picture % 2 ? "a red cat" : "a blue dog";
}

}  // namespace

class KnownFaultsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void smallSetsAreTrainedOn()
    {
        for (const unsigned count : {1u, 2u, 19u, 20u}) {
            const QString data = pictures(QStringLiteral("small%1").arg(count), count, redOrBlue);
            const auto outcome = train(data, QStringLiteral("out-small%1").arg(count));
            QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        }
    }

    void sixteenBitPicturesTrainTheSameNetwork()
    {
        train(pictures("grey8", 24, redOrBlue), "out8");
        train(pictures("grey16", 24, redOrBlue, 16), "out16");
        const std::string eight = m_cli.read("out8/preview-2.png");
        QVERIFY(!eight.empty());
        QCOMPARE(m_cli.read("out16/preview-2.png"), eight);
    }

    void marksAndLineEndsOfWindowsAreNoPartOfWords()
    {
        train(pictures("plain", 24, [](unsigned) { return "red cat"; }), "out-plain");
        train(pictures("bom", 24, [](unsigned) { return "\xef\xbb\xbfred cat\r\n"; }), "out-bom");
        QVERIFY(vocabularyIn("out-bom").contains("[\"cat\",\"red\"]"));
        QCOMPARE(m_cli.read("out-bom/preview-2.png"), m_cli.read("out-plain/preview-2.png"));
    }

    void anEncodingIsNamedBeforeTraining()
    {
        const QString data = pictures("cp1252", 24, [](unsigned) {
            return "la fa\xe7"
                   "ade";
        });
        const auto outcome = train(data, "out-cp1252");
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.errors.contains("img000.txt") && outcome.errors.contains("Windows-1252"),
                 qPrintable(outcome.errors));
        QVERIFY(!QFile::exists(m_cli.file("out-cp1252/checkpoint.safetensors")));
    }

    void longCaptionsAreCutWithANote()
    {
        const QString tags = pictures("tags", 24, [](unsigned picture) {
            std::string text;
            for (unsigned tag = 0; tag < 30; ++tag)
                text += "tag" + std::to_string((picture * 7 + tag) % 50) + ", ";
            return text;
        });
        auto outcome = train(tags, "out-tags");
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        QVERIFY2(outcome.output.contains("24 of 24 captions have more than"), qPrintable(outcome.output));
        QVERIFY(QFile::exists(m_cli.file("out-tags/preview-2.png")));
        const QString prose = pictures("prose", 24, [](unsigned picture) {
            std::string text = "red cat ";
            for (int word = 0; word < (picture == 5 ? 900 : 0); ++word)
                text += "word ";
            return text;
        });
        outcome = train(prose, "out-prose");
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        QVERIFY(outcome.output.contains("1 of 24 captions have more than"));
    }

    void picturesOfAnyNameAreReadAndTheRestIsNamed()
    {
        const QString data = pictures("mixed", 22, redOrBlue);
        QDir folder(data);
        folder.rename("img000.png", "img000.PNG");
        folder.rename("img000.txt", "img000.TXT");
        for (const char* alone : {"alone1.png", "alone2.png"})
            test::writeGrey(m_cli.path(std::string("mixed/") + alone), side, test::someGrey(side, 99));
        m_cli.write("mixed/lost.txt", "nobody");
        m_cli.write("mixed/picture.webp", "RIFF");
        m_cli.write("mixed/._img001.png", "Mac OS X");
        m_cli.write("mixed/.DS_Store", "x");
        const auto outcome = train(data, "out-mixed");
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        const QString& said = outcome.output;
        QVERIFY2(said.contains("2 pictures have no caption and are left out: alone1.png, alone2.png."),
                 qPrintable(said));
        QVERIFY(said.contains("1 caption has no picture and is left out: lost.txt."));
        QVERIFY(said.contains("1 other file is left out (pictures are read as PNG and JPEG): picture.webp."));
        QVERIFY(!said.contains("._img001") && !said.contains("DS_Store"));
    }

    void aFolderWithoutDataSaysWhatItHas()
    {
        pictures("bare", 3, nullptr);
        const auto outcome = train(m_cli.file("bare"), "out-bare");
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.errors.contains("of its pictures (img000.png"), qPrintable(outcome.errors));
    }

    void attributesOfAnyNameBecomeCaptions()
    {
        QDir().mkpath(m_cli.file("attributes"));
        std::string lines;
        for (unsigned picture = 0; picture < 25; ++picture) {
            const std::string name = "p" + std::to_string(picture) + ".png";
            test::writeGrey(m_cli.path("attributes/" + name), side, test::someGrey(side, picture));
            lines += "{\"file_name\":\"" + name + "\",\"colour\":\"" + (picture % 2 ? "red" : "blue") +
                     "\",\"big\":true,\"legs\":4}\n";
        }
        m_cli.write("attributes/metadata.jsonl", lines);
        const auto outcome = train(m_cli.file("attributes"), "out-attributes");
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        QVERIFY(vocabularyIn("out-attributes").contains("[\"4\",\"big\",\"blue\",\"legs\",\"red\"]"));
        m_cli.write("attributes/metadata.jsonl", "{\"file_name\":\"p0.png\"}\n");
        const auto refused = train(m_cli.file("attributes"), "out-wordless");
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.errors.contains("\"caption\""), qPrintable(refused.errors));
    }

    void aLargeSeedIsResumedAndExported()
    {
        const QString data = pictures("seed", 20, redOrBlue);
        QCOMPARE(train(data, "out-seed", {"--seed", "18446744073709551615"}).exitCode, 0);
        const auto resumed = m_cli.run({"train", "--resume", "--out", m_cli.file("out-seed")});
        QVERIFY2(resumed.exitCode == 0, qPrintable(resumed.errors));
        const auto exported =
            m_cli.run({"export", "--run", m_cli.file("out-seed"), "--out", m_cli.file("models/tiny")});
        QVERIFY2(exported.exitCode == 0, qPrintable(exported.errors));
    }

    void aMovedTrainingFindsItsData()
    {
        pictures("here/data", 20, redOrBlue);
        QProcess process;
        process.setWorkingDirectory(m_cli.file("here"));
        m_cli.start(process, trainWords("data", m_cli.file("out-moved")));
        QVERIFY(process.waitForFinished(test::CliFixture::patienceMs));
        QCOMPARE(process.exitCode(), 0);
        auto outcome = m_cli.run({"train", "--resume", "--out", m_cli.file("out-moved")});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        QDir().rename(m_cli.file("here/data"), m_cli.file("elsewhere"));
        outcome = m_cli.run({"train", "--resume", "--out", m_cli.file("out-moved")});
        QVERIFY(outcome.exitCode == 1 && outcome.errors.contains("--data"));
        outcome = m_cli.run(
            {"train", "--resume", "--out", m_cli.file("out-moved"), "--data", m_cli.file("elsewhere")});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        const QString others = pictures("others", 20, [](unsigned) { return "a red cat"; });
        outcome = m_cli.run({"train", "--resume", "--out", m_cli.file("out-moved"), "--data", others});
        QVERIFY2(outcome.exitCode == 1 && outcome.errors.contains("not those that the training began with"),
                 qPrintable(outcome.errors));
    }

    void theOutputFolderIsCheckedBeforeTheFirstStep()
    {
        m_cli.write("file", "no folder");
        const auto outcome = train(pictures("checked", 20, redOrBlue), "file/out");
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.errors.contains("Cannot write into the folder"), qPrintable(outcome.errors));
        QVERIFY(!outcome.output.contains("step"));
    }

    void aTrainingIsNotReplacedUnasked()
    {
        const QString data = pictures("twice", 20, redOrBlue);
        QCOMPARE(train(data, "out-twice").exitCode, 0);
        const std::string first = m_cli.read("out-twice/checkpoint.safetensors");
        const auto refused = train(data, "out-twice", {"--seed", "2"});
        QVERIFY2(refused.exitCode == 1 && refused.errors.contains("--force"), qPrintable(refused.errors));
        QVERIFY(m_cli.read("out-twice/checkpoint.safetensors") == first);
        QCOMPARE(train(data, "out-twice", {"--seed", "2", "--force"}).exitCode, 0);
        QVERIFY(m_cli.read("out-twice/checkpoint.safetensors") != first);
        QVERIFY(!QFile::exists(m_cli.file("out-twice/training.lock")));
    }

    void aFolderThatIsTrainedIntoIsLocked()
    {
        QDir().mkpath(m_cli.file("out-locked"));
        const int lock = ::open(m_cli.path("out-locked/training.lock").c_str(), O_WRONLY | O_CREAT, 0644);
        QVERIFY(lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) == 0);
        const auto outcome = train(pictures("locked", 20, redOrBlue), "out-locked");
        ::close(lock);
        QVERIFY2(outcome.exitCode == 1 && outcome.errors.contains("Another program is training"),
                 qPrintable(outcome.errors));
    }

    void aClosedTerminalLeavesACheckpoint()
    {
        const QString data = pictures("hangup", 20, redOrBlue);
        QProcess process;
        m_cli.start(process, trainWords(data, m_cli.file("out-hangup"), {"--steps", "100000"}));
        QTRY_VERIFY_WITH_TIMEOUT(
            QFile::exists(m_cli.file("out-hangup/training.lock")) || process.state() == QProcess::NotRunning,
            test::CliFixture::patienceMs);
        QVERIFY(process.waitForReadyRead(test::CliFixture::patienceMs));
        ::kill(pid_t(process.processId()), SIGHUP);
        QVERIFY(process.waitForFinished(test::CliFixture::patienceMs));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QVERIFY(QFile::exists(m_cli.file("out-hangup/checkpoint.safetensors")));
    }

    void outputThatCannotBeWrittenIsAFailure()
    {
        for (const char* words :
             {"schedule cosine --csv", "samplers", "schedules", "models", "--help", "--version"}) {
            const auto outcome = shell(QStringLiteral("%1 %2 > /dev/full").arg(program(), words));
            QVERIFY2(outcome.exitCode != 0 && outcome.errors.contains("standard output"),
                     qPrintable(QString(words) + ": " + outcome.errors));
        }
    }

    void linksAreWrittenThrough()
    {
        m_cli.write("target.csv", "old");
        QFile::link(QStringLiteral("target.csv"), m_cli.file("link.csv"));
        const auto outcome = m_cli.run({"schedule", "cosine", "--csv", "--out", m_cli.file("link.csv")});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        QVERIFY(QFileInfo(m_cli.file("link.csv")).isSymLink());
        QVERIFY(m_cli.read("target.csv").size() > 100);
    }

    void thePictureAloneGoesToStandardOutput()
    {
        requireModel();
        const QString words =
            program() + " sample --model " + m_cli.file("models/tiny") + " --steps 2 --count 1";
        QCOMPARE(shell(words + " --out " + m_cli.file("named.png")).exitCode, 0);
        const std::string named = m_cli.read("named.png");
        QVERIFY(named.starts_with("\x89PNG"));
        const QString to = m_cli.file("taken.png");
        for (const QString& target : {QStringLiteral("- > "), QStringLiteral("/dev/stdout > "),
                                      QStringLiteral("/dev/stdout | cat > "), QStringLiteral("- | cat > ")}) {
            QFile::remove(to);
            const auto outcome = shell(words + " --out " + target + to);
            QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
            QVERIFY2(m_cli.read("taken.png") == named, qPrintable(target));
        }
        QFile::remove(to);
        const auto substituted = shell(words + " --out >(cat > " + to + "); sleep 0.3");
        QVERIFY2(substituted.exitCode == 0, qPrintable(substituted.errors));
        QTRY_VERIFY(m_cli.read("taken.png") == named);
        QVERIFY(!QFile::exists("/dev/stdout.recipe.json") && !QFile::exists(QDir::current().filePath("-")));
    }

    void anEmptyValueTakesNoFlag()
    {
        requireModel();
        const auto outcome = m_cli.run({"sample", "--model", m_cli.file("models/tiny"), "--steps", "2",
                                        "--prompt=", "--count", "1", "--out", m_cli.file("empty.png")});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        QVERIFY(outcome.errors.contains("Without a prompt"));
    }

private:
    static QString program() { return QStringLiteral(DIFFUSCOPE_BINARY_DIR "/diffuscope-cli"); }

    /// With captions in files beside the pictures, unless `caption` is null.
    QString pictures(const QString& name, unsigned count, const Caption& caption, int depth = 8) const
    {
        QDir().mkpath(m_cli.file(name.toStdString()));
        for (unsigned picture = 0; picture < count; ++picture) {
            const QString stem = QStringLiteral("%1/img%2").arg(name).arg(picture, 3, 10, QLatin1Char('0'));
            test::writeGrey(m_cli.path(stem.toStdString() + ".png"), side, test::someGrey(side, picture),
                            depth);
            if (caption)
                m_cli.write(stem.toStdString() + ".txt", caption(picture));
        }
        return m_cli.file(name.toStdString());
    }

    static QStringList trainWords(const QString& data, const QString& out, const QStringList& more = {})
    {
        QStringList words{"train", "--data", data, "--out", out};
        const QString network =
            "--channels 8 --multipliers 1,2 --blocks 1 --groups 4 --heads 1 --embedding 16 "
            "--patch 1 --threads 1 --text-width 8 --text-layers 1 --text-heads 1 --levels 20 "
            "--batch 4 --precision float32";
        words += network.split(QLatin1Char(' '));
        return more.contains("--steps") ? words + more : words + more + QStringList{"--steps", "2"};
    }

    test::CliFixture::Outcome train(const QString& data, const QString& out,
                                    const QStringList& more = {}) const
    {
        return m_cli.run(trainWords(data, m_cli.file(out.toStdString()), more));
    }

    QString vocabularyIn(const std::string& out) const
    {
        const auto file = QString::fromStdString(m_cli.read(out + "/checkpoint.safetensors").substr(0, 4000));
        const auto at = file.indexOf(QStringLiteral("vocabulary"));
        return QString(file.mid(at, 200)).remove(QLatin1Char('\\'));
    }

    test::CliFixture::Outcome shell(const QString& words) const
    {
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("DIFFUSCOPE_MODELS", m_cli.file("models"));
        process.setProcessEnvironment(environment);
        process.start("bash", {"-c", words});
        if (!process.waitForFinished(test::CliFixture::patienceMs))
            return {-1, {}, "It did not end."};
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }

    void requireModel() const
    {
        if (!QFile::exists(m_cli.file("models/tiny/model.json")))
            QFAIL("The test of large seeds makes the model.");
    }

    test::CliFixture m_cli;
};

QTEST_GUILESS_MAIN(KnownFaultsTest)
#include "known_faults_test.moc"
