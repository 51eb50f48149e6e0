// SPDX-License-Identifier: GPL-3.0-or-later
// Editing from the command line, as a person does it: pictures in, pictures out, and what is refused.
#include "core/base/picture_reader.h"
#include "core/base/png_file.h"
#include "core/edit/picture_fit.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <functional>

using namespace diffuscope;

class EditCliTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        // A thick ring, as a zero is drawn, and a mask that hides its right half.
        draw("ring.png", 40, 40, [](int x, int y) {
            const double r = std::hypot(x - 19.5, y - 19.5);
            return r > 7 && r < 13 ? 255 : 0;
        });
        const base::Picture small = edit::fitted(base::readPicture(file("ring.png").toStdString()), 28, 28);
        draw("ring-28.png", 28, 28,
             [&small](int x, int y) { return small.pixels[std::size_t((y * 28 + x) * 3)]; });
        draw("mask.png", 28, 28, [](int x, int) { return x >= 14 ? 255 : 0; });
        draw("dot.png", 1, 1, [](int, int) { return 128; });
        QFile broken(file("broken.png"));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("\x89PNG\r\n\x1a\nrest");
        QFile words(file("words.png"));
        QVERIFY(words.open(QIODevice::WriteOnly));
        words.write("no picture");
    }

    void aPictureIsChangedAsFarAsItsStrengthSays()
    {
        QVERIFY2(sample({"--start", file("ring.png"), "--strength", "0.2", "--class", "0", "--count", "1",
                         "--out", file("near.png")})
                     .isEmpty(),
                 qPrintable(m_said));
        QVERIFY(sample({"--start", file("ring.png"), "--strength", "1", "--class", "1", "--count", "1",
                        "--out", file("far.png")})
                    .isEmpty());
        QVERIFY(distance("near.png") < distance("far.png"));
    }

    void anInvertedPictureComesBack()
    {
        QVERIFY2(sample({"--invert", file("ring.png") + ":exact", "--class", "0", "--guidance", "1",
                         "--clipping", "none", "--steps", "10", "--count", "1", "--out", file("back.png")})
                     .isEmpty(),
                 qPrintable(m_said));
        QVERIFY2(distance("back.png") < 3, qPrintable(QString::number(distance("back.png"))));
    }

    void theKnownHalfIsKept()
    {
        for (const char* method : {"replacement", "repaint:jump=2,resample=2", "ddnm", "ddrm"}) {
            QVERIFY2(sample({"--known", file("ring.png"), "--mask", file("mask.png"), "--method", method,
                             "--class", "0", "--count", "1", "--steps", "10", "--out", file("filled.png")})
                         .isEmpty(),
                     qPrintable(m_said));
            QVERIFY2(distance("filled.png", 14) < 0.6, qPrintable(QString(method)));
        }
    }

    void measurementsAreHeeded()
    {
        for (const char* measure : {"blur:sigma=1.5", "fewer_pixels:factor=4,noise=0.05", "lines:keep=2"})
            for (const char* method : {"ddnm", "ddrm", "dps", "pigdm"})
                QVERIFY2(
                    sample({"--known", file("ring.png"), "--measure", measure, "--method", method, "--class",
                            "0", "--count", "1", "--steps", "5", "--out", file("restored.png")})
                        .isEmpty(),
                    qPrintable(m_said));
    }

    /// The exported picture holds what its recipe names, so that it can be made again without the files.
    void anExportedPictureCanBeMadeAgain()
    {
        QVERIFY(sample({"--start", file("ring.png"), "--strength", "0.5", "--count", "2", "--steps", "6",
                        "--out", file("first.png")})
                    .isEmpty());
        QVERIFY2(sample({"--recipe", file("first.png"), "--out", file("again.png")}).isEmpty(),
                 qPrintable(m_said));
        QCOMPARE(base::readPicture(file("again.png").toStdString()).pixels,
                 base::readPicture(file("first.png").toStdString()).pixels);
        // The recipe alone names a picture that is not there.
        const QString refused = sample({"--recipe", file("first.recipe.json"), "--out", file("no.png")});
        QVERIFY2(refused.contains("is not here"), qPrintable(refused));
    }

    void theForwardProcessIsTold()
    {
        QVERIFY2(run({"forward", "--start", file("ring.png"), "--t", "25", "500", "--seeds", "2", "--steps",
                      "10", "--class", "0", "--out", file("forward.png"), "--csv", file("forward.csv")})
                     .isEmpty(),
                 qPrintable(m_said));
        const QStringList lines = text("forward.csv").split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 3);
        const QStringList names = lines[0].split(',');
        const auto value = [&](int line, const char* name) {
            return lines[line].split(',')[names.indexOf(QString(name))].toDouble();
        };
        // alphaBar of the linear schedule, as "diffuscope-cli schedule linear" prints it.
        QVERIFY(std::abs(value(1, "alpha_bar") - 0.99096521308247298) < 1e-12);
        QVERIFY(std::abs(value(2, "alpha_bar") - 0.077796658365023905) < 1e-12);
        for (const int line : {1, 2}) {
            QVERIFY(std::abs(value(line, "snr") - value(line, "alpha_bar") / (1 - value(line, "alpha_bar"))) <
                    1e-9 * value(line, "snr"));
            // The network sees more in the noise than a blur does.
            QVERIFY(value(line, "rms_x0_hat") < value(line, "rms_blur"));
            QVERIFY(value(line, "rms_blur") < value(line, "rms_noised"));
        }
        QVERIFY(base::readPicture(file("forward.png").toStdString()).width > 5 * 28);
        QVERIFY(run({"forward", "--out", file("no.png")}).contains("no picture to add noise to"));
        QVERIFY(run({"forward", "--start", file("ring.png"), "--t", "1000", "--out", file("no.png")})
                    .contains("from 0 to 999"));
    }

    void betweenTwoNoisesLiesNoise()
    {
        const auto middle = [this](const char* how) {
            if (!run({"interpolate", "--class", "3", "--frames", "3", "--steps", "4", "--between", how,
                      "--out", file("between.png"), "--csv", file("between.csv")})
                     .isEmpty())
                return -1.0;
            return text("between.csv").split('\n')[2].split(',')[1].toDouble();
        };
        QVERIFY(std::abs(middle("slerp") - 1) < 0.05);
        QVERIFY(std::abs(middle("lerp") - std::sqrt(0.5)) < 0.05);
        // Its ends are the pictures of the seeds: the first is that of seed 1.
        QVERIFY(
            sample({"--class", "3", "--seed", "1", "--count", "1", "--steps", "4", "--out", file("one.png")})
                .isEmpty());
        QVERIFY(
            run({"interpolate", "--class", "3", "--frames", "1", "--steps", "4", "--out", file("first.png")})
                .isEmpty());
        const base::Picture one = base::readPicture(file("one.png").toStdString());
        const base::Picture first = base::readPicture(file("first.png").toStdString());
        const int of = one.width / 28, in = first.width / 28;
        const int left = (one.width - 28 * of) / 2, edge = (first.width - 28 * in) / 2;
        for (int y = 0; y < 28; ++y)
            for (int x = 0; x < 28; ++x)
                QCOMPARE(first.pixels[std::size_t(((y * in + edge) * first.width + x * in + edge) * 3)],
                         one.pixels[std::size_t(((y * of + left) * one.width + x * of + left) * 3)]);
        QVERIFY(run({"interpolate", "--path", "sheet", "--out", file("no.png")}).contains("four corners"));
        QVERIFY(run({"interpolate", "--path", "sheet", "--frames", "65", "--out", file("no.png")})
                    .contains("--frames 64"));
        QVERIFY(run({"interpolate", "--seeds", "1", "--out", file("no.png")}).contains("nothing to go to"));
    }

    void pointsHeedALine()
    {
        QVERIFY2(sample({"--model", "exact:moons", "--measure", "line:angle=0,value=0.5", "--method", "ddnm",
                         "--precision", "float64", "--count", "50", "--steps", "20", "--frames", "--tensors",
                         file("points.safetensors"), "--points", file("points.csv")})
                     .isEmpty(),
                 qPrintable(m_said));
        const QStringList lines = text("points.csv").split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 51);
        for (int k = 1; k < lines.size(); ++k)
            QVERIFY(std::abs(lines[k].split(',')[0].toDouble() - 0.5) < 1e-9);
        QVERIFY(text("points.safetensors").contains("x0_hat"));
    }

    void onePixelIsAPictureToo()
    {
        QVERIFY(
            sample({"--start", file("dot.png"), "--count", "1", "--steps", "4", "--out", file("dot-out.png")})
                .isEmpty());
    }

    void whatCannotBeIsSaidInASentence_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("word");
        const QString ring = file("ring.png"), mask = file("mask.png");
        QTest::newRow("no file") << QStringList{"--start", file("nowhere.png")} << "Cannot open";
        QTest::newRow("broken") << QStringList{"--start", file("broken.png")} << "not a usable PNG";
        QTest::newRow("words") << QStringList{"--start", file("words.png")} << "not a usable PNG or JPEG";
        QTest::newRow("strength 0") << QStringList{"--start", ring, "--strength", "0"} << "stays as it is";
        QTest::newRow("strength 2") << QStringList{"--start", ring, "--strength", "2"} << "--strength";
        QTest::newRow("strength alone") << QStringList{"--strength", "0.5"} << "--start";
        QTest::newRow("two starts") << QStringList{"--start", ring, "--invert", ring} << "not both";
        QTest::newRow("inversion") << QStringList{"--invert", ring + ":magic"} << "no inversion";
        QTest::newRow("nothing known") << QStringList{"--known", ring} << "what of the picture is known";
        QTest::newRow("no picture") << QStringList{"--mask", mask} << "no picture that was measured";
        QTest::newRow("method") << QStringList{"--known", ring, "--mask", mask, "--method", "magic"}
                                << "no method";
        QTest::newRow("option") << QStringList{"--known", ring, "--mask", mask, "--method", "dps:zeta=1"}
                                << "no option";
        QTest::newRow("range") << QStringList{"--known", ring, "--measure", "blur:sigma=-1"} << "sigma";
        QTest::newRow("all hidden") << QStringList{"--known", ring, "--mask", file("white.png")}
                                    << "hides the whole picture";
        QTest::newRow("points") << QStringList{"--model", "exact:moons", "--start", ring} << "points";
    }

    void whatCannotBeIsSaidInASentence()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, word);
        draw("white.png", 28, 28, [](int, int) { return 255; });
        const QString errors =
            sample(QStringList{"--steps", "2", "--count", "1", "--out", file("no.png")} + arguments);
        QVERIFY2(errors.contains(word), qPrintable(errors));
        QVERIFY(!QFile::exists(file("no.png")));
    }

private:
    QString file(const QString& name) const { return m_folder.filePath(name); }

    QString text(const QString& name) const
    {
        QFile opened(file(name));
        return opened.open(QIODevice::ReadOnly) ? QString::fromLatin1(opened.readAll()) : QString();
    }

    void draw(const QString& name, int width, int height, const std::function<int(int x, int y)>& value) const
    {
        std::vector<unsigned char> pixels;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                pixels.push_back(static_cast<unsigned char>(value(x, y)));
        base::writePng(file(name).toStdString(), {pixels.data(), width, height, 1});
    }

    /// What it said where it failed; empty where it did not.
    QString sample(const QStringList& arguments) { return run(QStringList{"sample"} + arguments); }

    QString run(const QStringList& arguments)
    {
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("DIFFUSCOPE_MODELS", DIFFUSCOPE_SOURCE_DIR "/models");
        process.setProcessEnvironment(environment);
        process.start(DIFFUSCOPE_BINARY_DIR "/diffuscope-cli", arguments);
        if (!process.waitForFinished(120000))
            return "It did not end.";
        m_said = QString::fromUtf8(process.readAllStandardError());
        return process.exitCode() == 0 ? QString()
                                       : m_said + "(exit " + QString::number(process.exitCode()) + ")";
    }

    /// The mean difference to the ring in its first `columns` columns, of 255.
    double distance(const QString& name, int columns = 28) const
    {
        const base::Picture made = base::readPicture(file(name).toStdString());
        const base::Picture ring = base::readPicture(file("ring-28.png").toStdString());
        // A sheet has a margin around its images, and small ones are enlarged.
        const int scale = made.width / 28, left = (made.width - 28 * scale) / 2;
        double sum = 0;
        for (int y = 0; y < 28; ++y)
            for (int x = 0; x < columns; ++x)
                sum += std::abs(
                    made.pixels[std::size_t(((y * scale + left) * made.width + x * scale + left) * 3)] -
                    ring.pixels[std::size_t((y * 28 + x) * 3)]);
        return sum / (28.0 * columns);
    }

    QTemporaryDir m_folder;
    QString m_said;
};

QTEST_GUILESS_MAIN(EditCliTest)
#include "edit_cli_test.moc"
