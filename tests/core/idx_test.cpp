// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/idx.h"
#include "tests/core/file_fixture.h"

#include <QTest>
#include <zlib.h>

using namespace diffuscope;
using diffuscope::test::refusalOf;

namespace {

std::string number(uint32_t value)
{
    return {char(value >> 24), char(value >> 16 & 0xff), char(value >> 8 & 0xff), char(value & 0xff)};
}

std::string images(uint32_t count, uint32_t height, uint32_t width, std::size_t values)
{
    std::string file = std::string("\0\0\x08\x03", 4) + number(count) + number(height) + number(width);
    for (std::size_t index = 0; index < values; ++index)
        file += char(index * 7);
    return file;
}

std::string labels(uint32_t count, const std::string& values)
{
    return std::string("\0\0\x08\x01", 4) + number(count) + values;
}

}  // namespace

class IdxTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plainFilesAreRead()
    {
        const auto set = train::readIdx(m_files.write("i", images(2, 3, 2, 12)),
                                        m_files.write("l", labels(2, std::string("\4\0", 2))));
        QCOMPARE(set.count, int64_t{2});
        QCOMPARE(set.height, 3);
        QCOMPARE(set.width, 2);
        QCOMPARE(int(set.pixels[11]), 77);
        QCOMPARE(int(set.labels[0]), 4);
        QCOMPARE(set.classCount(), 5);
    }

    void gzippedFilesAreFoundInAFolder()
    {
        const auto bytes = images(1, 2, 2, 4);
        const gzFile file = gzopen(m_files.path("train-images-idx3-ubyte.gz").c_str(), "wb");
        gzwrite(file, bytes.data(), unsigned(bytes.size()));
        gzclose(file);
        m_files.write("train-labels-idx1-ubyte", labels(1, "\3"));
        const auto set = train::readIdxFolder(m_files.folder(), "train");
        QCOMPARE(set.count, int64_t{1});
        QCOMPARE(int(set.pixels[3]), 21);
        const QString refusal = refusalOf([&] { train::readIdxFolder(m_files.folder(), "t10k"); });
        QVERIFY2(refusal.contains("t10k-images-idx3-ubyte"), qPrintable(refusal));
    }

    void damagedFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("imageBytes");
        QTest::addColumn<QByteArray>("labelBytes");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, const std::string& i, const std::string& l,
                            const char* sentence) {
            QTest::newRow(name) << QByteArray(i.data(), qsizetype(i.size()))
                                << QByteArray(l.data(), qsizetype(l.size())) << QString(sentence);
        };
        const auto good = labels(2, std::string("\1\0", 2));
        row("empty", "", good, "ends too early");
        row("another type", std::string("\0\0\x0d\x03", 4) + images(2, 3, 2, 12).substr(4), good,
            "does not start");
        row("labels as images", good, good, "does not start");
        row("truncated", images(2, 3, 2, 11), good, "ends too early");
        row("too long", images(2, 3, 2, 13), good, "longer than");
        row("huge", images(0xffffffff, 0xffffffff, 2, 12), good, "sizes are impossible");
        row("no images", images(0, 3, 2, 0), good, "sizes are impossible");
        row("counts differ", images(1, 3, 2, 6), good, "2 labels for the 1 images");
    }
    void damagedFilesAreRefused()
    {
        QFETCH(QByteArray, imageBytes);
        QFETCH(QByteArray, labelBytes);
        QFETCH(QString, sentence);
        const auto imagePath = m_files.write("images", imageBytes.toStdString());
        const auto labelPath = m_files.write("labels", labelBytes.toStdString());
        const QString refusal = refusalOf([&] { train::readIdx(imagePath, labelPath); });
        QVERIFY2(refusal.contains(sentence), qPrintable(refusal));
    }

private:
    test::FileFixture m_files;
};

QTEST_GUILESS_MAIN(IdxTest)
#include "idx_test.moc"
