// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/animation.h"
#include "core/exports/export_run.h"
#include "core/exports/picture.h"
#include "core/schedule/schedule_registry.h"

#include <QTemporaryDir>
#include <QtTest>
#include <QXmlStreamReader>
#include <zlib.h>

#include <csignal>
#include <cstring>
#include <sys/resource.h>

using namespace diffuscope;
using exports::ExportKind;

namespace {

constexpr int steps = 4, images = 3, side = 6;

record::Frame frameOf(int index, const schedule::TimeGrid& grid)
{
    const bool isResult = index == steps;
    record::Frame frame;
    frame.index = index;
    frame.level = grid[index];
    frame.next = grid[isResult ? index : index + 1];
    frame.shape = {images, 1, side, side};
    std::vector<float> xt(frame.shape.values()), x0Hat(frame.shape.values()), unguided(frame.shape.values());
    for (std::size_t i = 0; i < xt.size(); ++i) {
        xt[i] = std::sin(0.37F * float(i) + float(index));
        x0Hat[i] = isResult ? xt[i] : 0.5F * xt[i];
        unguided[i] = 0.25F * xt[i];
    }
    frame.xt = record::CompactValues(xt, record::Precision::full);
    frame.x0Hat = record::CompactValues(x0Hat, record::Precision::full);
    if (!isResult) {
        frame.x0HatUnconditional = record::CompactValues(unguided, record::Precision::full);
        frame.guidanceScale = 2;
        frame.evaluations = 1;
        frame.networkMs = 1.5;
        frame.totalMs = 2;
    }
    frame.totalEvaluations = std::min(index + 1, steps);
    return frame;
}

exports::ExportedRun smallRun()
{
    exports::ExportedRun run;
    run.recipe.steps = steps;
    run.recipe.batch = images;
    run.recipe.seed = 77;
    run.schedule = std::make_shared<const schedule::NoiseSchedule>(schedule::makeSchedule({}));
    run.grid = std::make_shared<const schedule::TimeGrid>(schedule::makeTimeGrid(*run.schedule, {}, steps));
    auto trajectory = std::make_shared<record::Trajectory>();
    for (int index = 0; index <= steps; ++index)
        trajectory->frames.push_back(std::make_shared<const record::Frame>(frameOf(index, *run.grid)));
    trajectory->plannedFrames = steps + 1;
    run.facts.trajectory = trajectory;
    return run;
}

QByteArray contentsOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A kind with a suffix that can be written here.
struct Written
{
    ExportKind kind;
    std::string suffix;
};

std::vector<Written> everyKind()
{
    std::vector<Written> all;
    for (const ExportKind kind :
         {ExportKind::filmStrip, ExportKind::comparison, ExportKind::animation, ExportKind::plots,
          ExportKind::stepTable, ExportKind::scheduleTable, ExportKind::tensors})
        for (const std::string& suffix : exports::suffixesOf(kind))
            all.push_back({kind, suffix});
    return all;
}

/// Files may have at most so many bytes while it lives: what a full disk is to a program.
class SmallDisk
{
public:
    explicit SmallDisk(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~SmallDisk() { setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

std::uint32_t numberAt(const QByteArray& bytes, qsizetype place, int count)
{
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i)
        value |= std::uint32_t(static_cast<unsigned char>(bytes.at(place + i))) << (8 * i);
    return value;
}

/// The entries of a zip archive by name, through its central directory; empty where a checksum or size is
/// wrong.
QMap<QString, QByteArray> zipEntries(const QByteArray& file)
{
    QMap<QString, QByteArray> entries;
    const qsizetype end = file.lastIndexOf(QByteArray("PK\5\6", 4));
    qsizetype place = numberAt(file, end + 16, 4);
    for (std::uint32_t left = numberAt(file, end + 10, 2); left > 0; --left) {
        const auto checksum = numberAt(file, place + 16, 4), size = numberAt(file, place + 24, 4);
        const auto nameSize = numberAt(file, place + 28, 2), header = numberAt(file, place + 42, 4);
        // Readers that go from entry to entry (Java, cnpy) find the sums in front of each.
        if (numberAt(file, header + 6, 2) != 0 || numberAt(file, header + 14, 4) != checksum ||
            numberAt(file, header + 18, 4) != size || numberAt(file, header + 22, 4) != size)
            return {};
        const QString name = QString::fromLatin1(file.mid(place + 46, nameSize));
        const QByteArray bytes = file.mid(header + 30 + numberAt(file, header + 26, 2), size);
        if (crc32(0, reinterpret_cast<const unsigned char*>(bytes.data()), uInt(bytes.size())) != checksum)
            return {};
        entries.insert(name, bytes);
        place += 46 + nameSize;
    }
    return entries;
}

std::vector<float> floatsOf(const QByteArray& npy)
{
    const qsizetype header = 10 + numberAt(npy, 8, 2);
    std::vector<float> values(std::size_t(npy.size() - header) / sizeof(float));
    std::memcpy(values.data(), npy.constData() + header, values.size() * sizeof(float));
    return values;
}

}  // namespace

class ExportsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void everyPngHoldsItsRecipe_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("film strip") << int(ExportKind::filmStrip);
        QTest::newRow("comparison") << int(ExportKind::comparison);
    }
    void everyPngHoldsItsRecipe()
    {
        QFETCH(int, kind);
        const auto run = smallRun();
        const std::string path = pathOf("sheet.png");
        exports::exportRuns(ExportKind(kind), path, {&run, 1}, {}, {});
        QVERIFY(exports::isPng(path));
        QCOMPARE(recipe::recipeFromJson(exports::readRecipeOfPicture(path)), run.recipe);
        QVERIFY(contentsOf(QString::fromStdString(path)).contains("iTXtdiffuscope-recipe"));
    }

    void aBranchIsExportedWithTheRunThatItLeaves()
    {
        auto run = smallRun();
        recipe::RunPlan parent;
        parent.recipe.seed = 5;
        run.from = std::make_shared<const recipe::BranchPoint>(recipe::BranchPoint{parent, 2});
        const std::string png = pathOf("branch.png");
        exports::exportRuns(ExportKind::filmStrip, png, {&run, 1}, {}, {});
        QVERIFY(recipe::planFromJson(exports::readRecipeOfPicture(png)) == run.plan());
        exports::exportRuns(ExportKind::tensors, pathOf("branch.npz"), {&run, 1}, {}, {});
        const auto entries = zipEntries(contentsOf(QString::fromStdString(pathOf("branch.npz"))));
        QVERIFY(recipe::planFromJson(entries.value("recipe.json").toStdString()) == run.plan());
        exports::exportRuns(ExportKind::plots, pathOf("branch.svg"), {&run, 1}, {}, {});
        const QByteArray svg = contentsOf(QString::fromStdString(pathOf("branch.svg")));
        QVERIFY(svg.contains(", from step 2 of another run"));
        QVERIFY(svg.contains("&quot;from&quot;") || svg.contains("\"from\""));
        QVERIFY(exports::runTitle(smallRun()) == exports::recipeTitle(run.recipe));
    }

    void whatHoldsNoRecipeIsRefusedInOneSentence()
    {
        const auto run = smallRun();
        const std::string path = pathOf("sheet.png");
        exports::exportRuns(ExportKind::filmStrip, path, {&run, 1}, {}, {});
        const QByteArray whole = contentsOf(QString::fromStdString(path));
        const qsizetype chunk = whole.indexOf("iTXt") - 4;
        const auto size = qFromBigEndian<quint32>(whole.constData() + chunk);
        const auto refusal = [&](const QByteArray& bytes) -> QString {
            QFile file(QString::fromStdString(path));
            if (!file.open(QIODevice::WriteOnly))
                return {};
            file.write(bytes);
            file.close();
            try {
                exports::readRecipeOfPicture(path);
            } catch (const Error& error) {
                return QString::fromUtf8(error.what());
            }
            return {};
        };
        QVERIFY(
            refusal(QByteArray(whole).remove(chunk, 12 + size)).contains(QStringLiteral("holds no recipe")));
        QVERIFY(refusal(whole.left(chunk + 20)).contains(QStringLiteral("damaged")));
        QVERIFY(
            refusal(QByteArray(whole).replace(chunk + 30, 4, "oops")).contains(QStringLiteral("no recipe")) ||
            refusal(QByteArray(whole).replace(chunk + 30, 4, "oops")).contains(QStringLiteral("damaged")));
        QVERIFY(refusal("no picture at all").contains(QStringLiteral("not a PNG")));
        QVERIFY(refusal({}).contains(QStringLiteral("not a PNG")));
        QFile::remove(QString::fromStdString(path));
        QVERIFY_EXCEPTION_THROWN(exports::readRecipeOfPicture(path), Error);
    }

    void everyKindIsWrittenInItsFormat()
    {
        const auto run = smallRun();
        const QMap<QString, QByteArray> begins{
            {".png", "\x89PNG"}, {".gif", "GIF89a"}, {".webm", "\x1a\x45\xdf\xa3"},
            {".svg", "<?xml"},   {".pdf", "%PDF-"},  {".csv", ""},
            {".npz", "PK\3\4"}};
        for (const auto& [kind, suffix] : everyKind()) {
            const std::string path = pathOf("export" + suffix);
            double last = -1;
            exports::exportRuns(kind, path, {&run, 1}, {}, {.progress = [&](double share) {
                                    QVERIFY(share >= 0 && share <= 1);
                                    last = share;
                                }});
            const QByteArray bytes = contentsOf(QString::fromStdString(path));
            QVERIFY2(bytes.size() > 100, suffix.c_str());
            QVERIFY2(suffix == ".mp4" ? bytes.mid(4, 4) == "ftyp"
                                      : bytes.startsWith(begins.value(QString::fromStdString(suffix))),
                     suffix.c_str());
        }
    }

    void aFullDiskIsReportedAndLeavesWhatWasThere()
    {
        const auto run = smallRun();
        for (const auto& [kind, suffix] : everyKind()) {
            const QString path = QString::fromStdString(pathOf("export" + suffix));
            QFile before(path);
            QVERIFY(before.open(QIODevice::WriteOnly));
            before.write("before");
            before.close();
            try {
                const SmallDisk disk(64);
                exports::exportRuns(kind, path.toStdString(), {&run, 1}, {}, {});
                QFAIL(("written although there was no room: " + suffix).c_str());
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::writeFailed);
                QVERIFY2(QString::fromUtf8(error.what()).contains(path), error.what());
            }
            QCOMPARE(contentsOf(path), QByteArray("before"));
            QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files).size(), 1);
            QFile::remove(path);
        }
    }

    void aDeviceIsWrittenToAndNotReplaced()
    {
        const auto run = smallRun();
        if (!QFileInfo::exists(QStringLiteral("/dev/full")))
            QSKIP("there is no /dev/full");
        QVERIFY_EXCEPTION_THROWN(exports::exportRuns(ExportKind::stepTable, "/dev/full", {&run, 1}, {}, {}),
                                 Error);
        exports::exportRuns(ExportKind::stepTable, "/dev/null", {&run, 1}, {}, {});
        for (const char* device : {"/dev/full", "/dev/null"})
            QVERIFY(!QFileInfo(QString::fromLatin1(device)).isFile());
    }

    void aFolderThatIsNotThereIsReported()
    {
        const auto run = smallRun();
        QVERIFY_EXCEPTION_THROWN(
            exports::exportRuns(ExportKind::stepTable, pathOf("no/such/folder.csv"), {&run, 1}, {}, {}),
            Error);
    }

    void cancellingLeavesNothing()
    {
        const auto run = smallRun();
        for (const ExportKind kind : {ExportKind::filmStrip, ExportKind::animation, ExportKind::tensors}) {
            const auto suffixes = exports::suffixesOf(kind);
            if (suffixes.empty())
                continue;
            std::stop_source stop;
            int calls = 0;
            const exports::Monitor monitor{.progress =
                                               [&](double) {
                                                   if (++calls == 3)
                                                       stop.request_stop();
                                               },
                                           .stop = stop.get_token()};
            QVERIFY_EXCEPTION_THROWN(
                exports::exportRuns(kind, pathOf("export" + suffixes.front()), {&run, 1}, {}, monitor),
                Cancelled);
            QCOMPARE(calls, 3);
            QVERIFY(QDir(m_folder->path()).isEmpty());
        }
    }

    void thePictureHasTheForetoldSize()
    {
        const auto run = smallRun();
        exports::ExportOptions options;
        options.picture.images = {2, 0};
        options.picture.frames = 3;
        options.picture.zoom = 5;
        for (const ExportKind kind : {ExportKind::filmStrip, ExportKind::comparison}) {
            const std::string path = pathOf("sheet.png");
            exports::exportRuns(kind, path, {&run, 1}, options, {});
            const QByteArray bytes = contentsOf(QString::fromStdString(path));
            const auto size = exports::exportSize(kind, {&run, 1}, options);
            QCOMPARE(int(qFromBigEndian<quint32>(bytes.constData() + 16)), size.width);
            QCOMPARE(int(qFromBigEndian<quint32>(bytes.constData() + 20)), size.height);
        }
    }

    void whatCannotBeExportedIsRefused()
    {
        const auto run = smallRun();
        exports::ExportOptions options;
        options.picture.zoom = 16000;
        QVERIFY_EXCEPTION_THROWN(exports::exportSize(ExportKind::filmStrip, {&run, 1}, options), Error);
        options = {};
        options.picture.images = {images};
        for (const auto& [kind, suffix] : everyKind())
            QVERIFY_EXCEPTION_THROWN(exports::exportSize(kind, {&run, 1}, options), Error);
        QVERIFY_EXCEPTION_THROWN(exports::exportSize(ExportKind::filmStrip, {}, {}), Error);
        exports::ExportedRun empty = run;
        empty.facts.trajectory = std::make_shared<const record::Trajectory>();
        QVERIFY_EXCEPTION_THROWN(exports::exportSize(ExportKind::filmStrip, {&empty, 1}, {}), Error);
        QVERIFY_EXCEPTION_THROWN(
            exports::exportRuns(ExportKind::animation, pathOf("run.avi"), {&run, 1}, {}, {}), Error);
        QVERIFY_EXCEPTION_THROWN(exports::exportRuns(ExportKind::plots, pathOf("run.png"), {&run, 1}, {}, {}),
                                 Error);
        QVERIFY_EXCEPTION_THROWN(exports::layerOf("x"), Error);
    }

    void theTableHoldsTheRecordsNumbers()
    {
        const auto run = smallRun();
        exports::exportRuns(ExportKind::stepTable, pathOf("steps.csv"), {&run, 1}, {}, {});
        const auto lines = contentsOf(QString::fromStdString(pathOf("steps.csv"))).split('\n');
        QCOMPARE(lines.size(), qsizetype(steps + 1 + 2));  // a header, and an end of the last line
        const auto names = lines.at(0).split(',');
        const auto cell = [&](int row, const char* name) {
            return lines.at(row + 1).split(',').at(names.indexOf(name));
        };
        for (int step = 0; step <= steps; ++step) {
            QCOMPARE(cell(step, "sigma").toDouble(), (*run.grid)[step].sigma);
            QCOMPARE(cell(step, "t").toDouble(), (*run.grid)[step].t);
        }
        QVERIFY(cell(0, "x0_hat_change_rms").isEmpty());
        QVERIFY(cell(1, "x0_hat_change_rms").toDouble() > 0);
        QVERIFY(cell(1, "guidance_difference_rms").toDouble() > 0);
        QVERIFY(cell(steps, "eps_hat_rms").isEmpty());
        QCOMPARE(cell(1, "total_evaluations"), QByteArray("2"));

        exports::exportRuns(ExportKind::scheduleTable, pathOf("schedule.csv"), {&run, 1}, {}, {});
        const QByteArray table = contentsOf(QString::fromStdString(pathOf("schedule.csv")));
        QCOMPARE(table.count('\n'), run.schedule->levels() + 1);
        QCOMPARE(table.count(",1\n"), steps);
    }

    void theArchiveHoldsTheRecordsValues()
    {
        const auto run = smallRun();
        exports::ExportOptions options;
        options.picture.images = {1};
        exports::exportRuns(ExportKind::tensors, pathOf("run.npz"), {&run, 1}, options, {});
        const auto entries = zipEntries(contentsOf(QString::fromStdString(pathOf("run.npz"))));
        QCOMPARE(recipe::recipeFromJson(entries.value("recipe.json").toStdString()), run.recipe);
        QVERIFY(entries.value("x_t.npy").contains("'shape': (5, 1, 1, 6, 6, )"));
        QCOMPARE((10 + numberAt(entries.value("x_t.npy"), 8, 2)) % 64, 0U);
        const auto xt = floatsOf(entries.value("x_t.npy")), eps = floatsOf(entries.value("eps_hat.npy"));
        const std::size_t values = std::size_t(side) * side;
        QCOMPARE(xt.size(), values * (steps + 1));
        for (int step = 0; step <= steps; ++step) {
            const record::Frame& frame = *run.trajectory().frames[std::size_t(step)];
            const auto expected = frame.layer(record::Layer::xt, 1);
            QVERIFY(std::equal(expected.begin(), expected.end(), xt.begin() + std::ptrdiff_t(values) * step));
            QCOMPARE(std::isnan(eps[values * std::size_t(step)]), !frame.has(record::Layer::epsHat));
        }
        QVERIFY(entries.contains("eps_unconditional.npy"));
    }

    void theAnimationHasAFrameAStep()
    {
        if (!exports::whyNotWritten(exports::AnimationFormat::gif).empty())
            QSKIP("this build writes no GIF");
        const auto run = smallRun();
        exports::exportRuns(ExportKind::animation, pathOf("run.gif"), {&run, 1}, {}, {});
        const QByteArray bytes = contentsOf(QString::fromStdString(pathOf("run.gif")));
        QCOMPARE(bytes.count(QByteArray("\x21\xf9\x04", 3)), steps + 1);
        QVERIFY(bytes.contains("NETSCAPE2.0"));
        QCOMPARE(numberAt(bytes, bytes.lastIndexOf(QByteArray("\x21\xf9\x04", 3)) + 4, 2), 200U);
    }

    void plotsAreWellFormed()
    {
        auto run = smallRun();
        run.recipe.model = "a <model> & \"more\" (1)";
        exports::exportRuns(ExportKind::plots, pathOf("run.svg"), {&run, 1}, {}, {});
        QXmlStreamReader reader(contentsOf(QString::fromStdString(pathOf("run.svg"))));
        int lines = 0;
        QString title, recipe;
        while (!reader.atEnd()) {
            if (reader.readNext() != QXmlStreamReader::StartElement)
                continue;
            if (reader.name() == QLatin1String("title"))
                title = reader.readElementText();
            else if (reader.name() == QLatin1String("metadata"))
                recipe = reader.readElementText();
            else
                lines += reader.name() == QLatin1String("path");
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QVERIFY(lines > 20);
        QVERIFY(title.contains(QString::fromStdString(run.recipe.model)));
        QCOMPARE(recipe.toStdString(), recipe::toJson(run.recipe));

        exports::exportRuns(ExportKind::plots, pathOf("run.pdf"), {&run, 1}, {}, {});
        const QByteArray pdf = contentsOf(QString::fromStdString(pathOf("run.pdf")));
        QVERIFY(pdf.trimmed().endsWith("%%EOF"));
        QVERIFY(pdf.contains("/Title") && pdf.contains("/Keywords"));
        // The letters of formulas are there as glyphs of a font in the file, not as question marks.
        QVERIFY(pdf.contains("DejaVuSans") && pdf.contains("/FontFile2"));
    }

    void signedValuesAreColouredAroundZero()
    {
        const exports::ColorScale scale{-2, 2, true};
        const auto zero = exports::colorOf(0, scale), high = exports::colorOf(2, scale),
                   low = exports::colorOf(-2, scale);
        QVERIFY(*std::ranges::min_element(zero) > 230);
        QVERIFY(high[0] > high[2] && low[2] > low[0]);
        QCOMPARE(exports::colorOf(5, scale), high);
        QCOMPARE(exports::colorOf(std::numeric_limits<float>::quiet_NaN(), scale), (exports::Color{0, 0, 0}));
        QCOMPARE(exports::colorOf(1, {}), (exports::Color{255, 255, 255}));
        for (const std::string& id : exports::layerIds())
            QCOMPARE(exports::layerId(exports::layerOf(id)), id);
    }

private:
    std::string pathOf(const std::string& name) const
    {
        return m_folder->filePath(QString::fromStdString(name)).toStdString();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(ExportsTest)
#include "exports_test.moc"
