// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/safetensors.h"
#include "tests/core/file_fixture.h"

#include <QTest>

using namespace diffuscope;
using diffuscope::test::refusalOf;

namespace {

/// A safetensors file of this header text and so many bytes of data.
std::string fileOf(const std::string& header, std::size_t dataBytes)
{
    std::string file(8, '\0');
    for (std::size_t index = 0; index < 8; ++index)
        file[index] = char(header.size() >> (8 * index) & 0xff);
    return file + header + std::string(dataBytes, '\0');
}

std::string entry(const std::string& name, const std::string& shape, int begin, int end)
{
    const std::string quote = "\"", offsets = std::to_string(begin) + "," + std::to_string(end);
    return quote + name + quote + ":{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[" + offsets +
           "]}";
}

}  // namespace

class SafetensorsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenIsRead()
    {
        const auto path = m_files.path("all.safetensors");
        const auto floats = torch::randn({2, 3, 4});
        const auto transposed = torch::randn({5, 3}).t();
        const auto whole = torch::arange(7, torch::kInt64);
        const auto half = torch::randn({3}).to(torch::kFloat16),
                   brain = torch::randn({3}).to(torch::kBFloat16);
        model::writeSafetensors(path,
                                {{"floats", floats},
                                 {"transposed", transposed},
                                 {"whole", whole},
                                 {"half", half},
                                 {"brain", brain},
                                 {"empty", torch::empty({0, 2})},
                                 {"double", floats.to(torch::kFloat64)}},
                                {{"key", "value"}});
        const auto file = model::readSafetensors(path);
        QCOMPARE(file.tensors.size(), std::size_t(7));
        QVERIFY(file.tensors.at("floats").equal(floats));
        QVERIFY(file.tensors.at("transposed").equal(transposed));
        QVERIFY(file.tensors.at("whole").equal(whole));
        QVERIFY(file.tensors.at("half").equal(half));
        QVERIFY(file.tensors.at("brain").equal(brain));
        QVERIFY(file.tensors.at("double").equal(floats.to(torch::kFloat64)));
        QCOMPARE(file.tensors.at("empty").sizes(), torch::IntArrayRef({0, 2}));
        QCOMPARE(file.metadata.at("key"), std::string("value"));
    }

    void damagedFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, const std::string& bytes, const char* sentence) {
            QTest::newRow(name) << QByteArray(bytes.data(), qsizetype(bytes.size())) << QString(sentence);
        };
        const std::string good = "{" + entry("a", "[2]", 0, 8) + "}";
        row("empty", "", "shorter");
        row("shorter than its length field", "abc", "shorter");
        row("header beyond the file", fileOf(good, 8).substr(0, 20), "header claims");
        row("huge header", std::string(8, '\xff'), "header claims");
        row("not JSON", fileOf("{\"a\":", 8), "not a JSON object");
        row("a list", fileOf("[1, 2]", 8), "not a JSON object");
        row("truncated data", fileOf(good, 7), "outside the file");
        row("extra bytes", fileOf(good, 12), "belong to no tensor");
        row("overlap", fileOf("{" + entry("a", "[2]", 0, 8) + "," + entry("b", "[2]", 4, 12) + "}", 12),
            "overlaps");
        row("hole", fileOf("{" + entry("a", "[2]", 0, 8) + "," + entry("b", "[1]", 12, 16) + "}", 16),
            "hole");
        row("shape and offsets differ", fileOf("{" + entry("a", "[3]", 0, 8) + "}", 8),
            "where its shape needs 12");
        row("offsets backwards", fileOf("{" + entry("a", "[2]", 8, 0) + "}", 8), "outside the file");
        row("overflowing shape",
            fileOf("{" + entry("a", "[4294967296,4294967296,4294967296]", 0, 8) + "}", 8), "impossible size");
        row("negative size", fileOf("{" + entry("a", "[-2]", 0, 8) + "}", 8), "impossible size");
        row("fractional size", fileOf("{" + entry("a", "[2.5]", 0, 8) + "}", 8), "impossible size");
        row("shape is text", fileOf("{" + entry("a", "\"2\"", 0, 8) + "}", 8), "list of at most 8");
        row("entry is a number", fileOf("{\"a\":3}", 8), "lacks its type");
        row("unknown type", fileOf(R"({"a":{"dtype":"Q4","shape":[8],"data_offsets":[0,8]}})", 8),
            "does not read");
        row("type is a number", fileOf(R"({"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}})", 8),
            "does not read");
        row("offsets are text", fileOf(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":["0","8"]}})", 8),
            "pair of whole numbers");
        row("name given twice",
            fileOf("{" + entry("x", "[1]", 0, 4) + "," + entry("y", "[1]", 4, 8) + "," +
                       entry("x", "[1]", 4, 8) + "}",
                   8),
            "its header gives the key \"x\" twice");
        row("same entry twice",
            fileOf("{" + entry("x", "[1]", 0, 4) + "," + entry("x", "[1]", 0, 4) + "}", 4), "\"x\" twice");
        const std::string deep = std::string(200000, '[') + std::string(200000, ']');
        row("nested without end", fileOf("{\"a\":{\"dtype\":" + deep + "}}", 4), "nested more than");
        row("eight bits", fileOf(R"({"w":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})", 8),
            "F8_E4M3, which this program does not read. Convert its tensors");
        row("Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:abab\nsize 134484\n",
            "Git LFS pointer");
        row("web page", "<!DOCTYPE html><html><head><title>404</title></head></html>", "web page");
        row("zip", std::string("PK\x03\x04\x14\0\0\0\x08\0\0\0", 12), "zip archive");
        row("metadata is a list", fileOf(R"({"__metadata__":[1]})", 0), "metadata");
        row("metadata holds a number", fileOf(R"({"__metadata__":{"a":1}})", 0), "metadata");
    }
    void damagedFilesAreRefused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, sentence);
        const auto path = m_files.write("damaged.safetensors", bytes.toStdString());
        const QString refusal = refusalOf([&] { model::readSafetensors(path); });
        QVERIFY2(refusal.contains(sentence), qPrintable(refusal));
        QVERIFY2(refusal.contains("damaged.safetensors"), qPrintable(refusal));
    }

    void aMissingFileIsNamed()
    {
        const QString refusal = refusalOf([&] { model::readSafetensors(m_files.path("none.safetensors")); });
        QVERIFY2(refusal.contains("none.safetensors"), qPrintable(refusal));
    }

    void aFailedWriteLeavesTheOldFileAndNoPart()
    {
        const auto path = m_files.path("kept.safetensors");
        model::writeSafetensors(path, {{"a", torch::ones({2})}});
        QVERIFY(!refusalOf([&] {
                     model::writeSafetensors(path, {{"a", torch::ones({2}, torch::kBool)}});
                 }).isEmpty());
        QVERIFY(model::readSafetensors(path).tensors.at("a").equal(torch::ones({2})));
        const QString refusal = refusalOf([&] {
            model::writeSafetensors(m_files.path("no/folder"), {{"a", torch::ones({2})}});
        });
        QVERIFY2(refusal.contains("Cannot write"), qPrintable(refusal));
    }

private:
    test::FileFixture m_files;
};

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
