// SPDX-License-Identifier: GPL-3.0-or-later
// Reading reference trajectories: plain and gzipped, and what is said of damaged, foreign and unsupported
// ones.
#include "core/base/error.h"
#include "core/verify/reference_runner.h"

#include <QTest>
#include <zlib.h>

#include <fstream>
#include <memory>

using namespace diffuscope;
using verify::ReferenceReport;
namespace fs = std::filesystem;

namespace {

/// One exact step: at the clean end DDIM returns x0Hat, and the network here predicts x0.
QByteArray example()
{
    return R"({"denoiser": {"kind": "gaussian-mixture", "means": [[0.0]], "std": 1.0, "weights": [1.0]},
               "cases": [{"sampler": "ddim", "reference": "DDIMScheduler",
                          "config": {"prediction_type": "sample", "clip_sample": false,
                                     "timestep_spacing": "trailing"},
                          "step_options": {"eta": 0.0}, "steps": 1, "init_noise_sigma": 1.0,
                          "initial_noise": [[0.5], [-1.0]], "timesteps": [999], "sigmas": null,
                          "evaluations": [{"t": 999, "alpha": 0.006352818087570, "sigma": 0.999979820643,
                                           "output": [[0.003176409043785], [-0.00635281808757]]}],
                          "noise": [], "states": [[[0.003176409043785], [-0.00635281808757]]]}]})";
}

}  // namespace

class ReferenceFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plainAndGzippedFilesHold();
    void folderIsSearchedForFiles();
    void wrongStateIsNotOk();
    void unknownOptionIsReportedNotSkipped();
    void malformedFilesAreRefusedWithTheirName_data();
    void malformedFilesAreRefusedWithTheirName();

private:
    fs::path written(const char* name, const QByteArray& content) const
    {
        const fs::path path = fs::path(m_folder.path().toStdString()) / name;
        std::ofstream(path, std::ios::binary).write(content.data(), content.size());
        return path;
    }
    static ReferenceReport reportOf(const fs::path& path)
    {
        ReferenceReport last;
        verify::verifyFile(path, [&](const ReferenceReport& report) { last = report; });
        return last;
    }

    QTemporaryDir m_folder;
};

void ReferenceFileTest::plainAndGzippedFilesHold()
{
    const ReferenceReport plain = reportOf(written("plain.json", example()));
    QVERIFY2(plain.outcome == ReferenceReport::Outcome::ok, verify::reportLine(plain).c_str());
    const fs::path path = written("zipped.json.gz", {});
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "wb"), gzclose);
    QVERIFY(gzwrite(file.get(), example().data(), unsigned(example().size())) > 0);
    QCOMPARE(gzflush(file.get(), Z_FINISH), Z_OK);
    const ReferenceReport zipped = reportOf(path);
    QVERIFY2(zipped.outcome == ReferenceReport::Outcome::ok, verify::reportLine(zipped).c_str());
}

void ReferenceFileTest::folderIsSearchedForFiles()
{
    QTemporaryDir folder;
    const fs::path path = folder.path().toStdString();
    QVERIFY_EXCEPTION_THROWN((void)verify::referenceFiles(path), Error);
    QVERIFY_EXCEPTION_THROWN((void)verify::referenceFiles(path / "absent.json"), Error);
    fs::create_directory(path / "inner");
    for (const char* name : {"b.json", "a.json.gz", "notes.txt", "inner/c.json"})
        std::ofstream(path / name) << "{}";
    QCOMPARE(verify::referenceFiles(path).size(), std::size_t(3));
}

void ReferenceFileTest::wrongStateIsNotOk()
{
    QByteArray content = example();
    content.replace("\"states\": [[[0.003176409043785]", "\"states\": [[[0.003177409043785]");
    const ReferenceReport report = reportOf(written("wrong.json", content));
    QCOMPARE(int(report.outcome), int(ReferenceReport::Outcome::notOk));
    QVERIFY(report.largestError > 1e-4 && report.largestError < 1e-3);
    QVERIFY(verify::reportLine(report).find("NOT OK") != std::string::npos);
}

void ReferenceFileTest::unknownOptionIsReportedNotSkipped()
{
    QByteArray content = example();
    content.replace("\"clip_sample\": false", "\"clip_sample\": false, \"use_dark_magic\": true");
    const ReferenceReport report = reportOf(written("magic.json", content));
    QCOMPARE(int(report.outcome), int(ReferenceReport::Outcome::notSupported));
    QVERIFY(verify::reportLine(report).find("use_dark_magic=true") != std::string::npos);
    content = example();
    content.replace("DDIMScheduler", "DreamScheduler");
    QCOMPARE(int(reportOf(written("dream.json", content)).outcome),
             int(ReferenceReport::Outcome::notSupported));
}

void ReferenceFileTest::malformedFilesAreRefusedWithTheirName_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("said");
    const auto changed = [](const char* from, const char* to) {
        QByteArray content = example();
        return content.replace(from, to);
    };
    QTest::newRow("not JSON") << QByteArray("{ \"cases\": ") << QString("not valid JSON");
    QTest::newRow("empty") << QByteArray() << QString("not valid JSON");
    QTest::newRow("a list") << QByteArray("[]") << QString("its top level is not an object");
    QTest::newRow("no cases") << changed("\"cases\"", "\"casses\"") << QString("has no \"cases\"");
    QTest::newRow("other denoiser") << changed("gaussian-mixture", "unet") << QString("denoiser.kind");
    QTest::newRow("steps 0") << changed("\"steps\": 1", "\"steps\": 0") << QString("cases[0].steps");
    QTest::newRow("text for a number") << changed("[0.5]", "[\"a\"]") << QString("cases[0].initial_noise");
    QTest::newRow("ragged rows") << changed("[-1.0]", "[-1.0, 2.0]") << QString("rows of different lengths");
    QTest::newRow("other shape") << changed("\"states\": [[[0.003176409043785], ", "\"states\": [[")
                                 << QString("another shape");
    QTest::newRow("damaged gzip") << QByteArray("\x1f\x8b\x08\x00garbage") << QString("gzip");
}

void ReferenceFileTest::malformedFilesAreRefusedWithTheirName()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, said);
    const fs::path path = written("malformed.json", content);
    try {
        (void)verify::readReferenceFile(path);
        QFAIL("accepted");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::invalidFile);
        const QString message = QString::fromUtf8(error.what());
        QVERIFY2(message.contains(said) && message.contains("malformed.json"), qPrintable(message));
    }
}

QTEST_GUILESS_MAIN(ReferenceFileTest)
#include "reference_file_test.moc"
