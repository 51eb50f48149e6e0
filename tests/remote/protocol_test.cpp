// SPDX-License-Identifier: GPL-3.0-or-later
// The Open Inference Protocol byte by byte: the examples of its specification, and bodies that lie.
#include "core/base/error.h"
#include "core/remote/message.h"
#include "tests/core/file_fixture.h"
#include "tests/remote/protocol_texts.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>
#include <limits>
#include <random>

using namespace diffuscope;
using remote::DataType;
using test::refusalOf;

namespace {

std::string bytes(std::initializer_list<int> values)
{
    std::string text;
    for (const int value : values)
        text += char(value);
    return text;
}

const std::string nineteenBytes = bytes({1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 1});

}  // namespace

class ProtocolTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theExampleOfTheSpecificationIsRead()
    {
        const auto request = remote::requestOf(test::jsonExample, {});
        QCOMPARE(request.id, std::string("42"));
        QCOMPARE(request.inputs.size(), std::size_t(2));
        QCOMPARE(request.inputs[0].name, std::string("input0"));
        QCOMPARE(request.inputs[0].shape, (remote::Shape{2, 2}));
        QCOMPARE(request.inputs[0].data, nineteenBytes.substr(0, 16));
        QCOMPARE(request.inputs[1].type, DataType::boolean);
        QCOMPARE(request.inputs[1].data, nineteenBytes.substr(16));
        QCOMPARE(request.outputs.at(0).name, std::string("output0"));
        QVERIFY(!request.outputs[0].isBinary && !request.wantsBinary);
        // As it stands in the specification, with one value for a shape of three, it is a lie.
        std::string asPrinted = test::jsonExample;
        asPrinted.replace(asPrinted.find("true, false, true"), 17, "true");
        QVERIFY(refusalOf([&] { remote::requestOf(asPrinted, {}); }).contains("fewer values than the 3"));
    }

    void theExampleOfTheBinaryExtensionIsRead()
    {
        const std::string body = test::binaryExample + nineteenBytes;
        const auto request = remote::requestOf(body, test::binaryExample.size());
        QCOMPARE(request.inputs[0].data, nineteenBytes.substr(0, 16));
        QCOMPARE(request.inputs[1].data, nineteenBytes.substr(16));
        QCOMPARE(remote::wholeNumbersOf(request.inputs[0]), (std::vector<std::int64_t>{1, 2, 3, 4}));
        QCOMPARE(*request.outputs[0].isBinary, true);

        // Its answer: a [3, 2] tensor of FP32, 24 bytes behind the JSON.
        const std::vector<float> values{1.0F, 1.1F, 2.0F, 2.1F, 3.0F, 3.1F};
        const remote::InferResponse response{
            "mymodel", "", "", {remote::tensorOf("output0", {3, 2}, values)}};
        const auto answer = remote::bodyOf(response, request);
        QCOMPARE(answer.bytes.size(), *answer.jsonBytes + 24);
        const auto document =
            QJsonDocument::fromJson(QByteArray(answer.bytes.data(), qsizetype(*answer.jsonBytes))).object();
        const auto output = document["outputs"].toArray()[0].toObject();
        QCOMPARE(output["parameters"].toObject()["binary_data_size"].toInt(), 24);
        QCOMPARE(output["datatype"].toString(), QString("FP32"));
        QVERIFY(!output.contains("data"));
        QCOMPARE(remote::floatsOf(remote::responseOf(answer.bytes, answer.jsonBytes).outputs[0]), values);
    }

    void theAnswerOfTheFirstExampleIsJson()
    {
        const std::vector<float> values{1.0F, 1.1F, 2.0F, 2.1F, 3.0F, 3.1F};
        const remote::InferResponse response{
            "mymodel", "", "42", {remote::tensorOf("output0", {3, 2}, values)}};
        const auto answer = remote::bodyOf(response, remote::requestOf(test::jsonExample, {}));
        QVERIFY(!answer.jsonBytes);
        const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(answer.bytes)).object();
        QCOMPARE(document["id"].toString(), QString("42"));
        QVERIFY(!document.contains("model_version"));
        QCOMPARE(document["outputs"].toArray()[0].toObject()["data"].toArray().size(), 6);
        QCOMPARE(remote::floatsOf(remote::responseOf(answer.bytes, {}).outputs[0]), values);  // to the bit
    }

    void nestedDataAreReadRowByRow()
    {
        const auto request = remote::requestOf(
            "{\"inputs\": [{\"name\": \"a\", \"shape\": [2, 2], \"datatype\": \"FP64\", \"data\": [[1, 2.5], "
            "[-3, 4e3]]}]}",
            {});
        QCOMPARE(remote::floatsOf(request.inputs[0]), (std::vector<float>{1, 2.5, -3, 4000}));
    }

    void everyTypeIsReadInBothForms()
    {
        const auto inputOf = [](const char* type, const char* data) {
            const std::string json =
                std::string("{\"inputs\": [{\"name\": \"a\", \"shape\": [2], \"datatype\": \"") + type +
                "\", \"data\": " + data + "}]}";
            return remote::requestOf(json, {}).inputs[0];
        };
        for (const char* type : {"UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64"})
            QCOMPARE(remote::wholeNumbersOf(inputOf(type, "[7, 100]")), (std::vector<std::int64_t>{7, 100}));
        QCOMPARE(remote::wholeNumbersOf(inputOf("INT16", "[-7, 100]")), (std::vector<std::int64_t>{-7, 100}));
        QCOMPARE(remote::textsOf(inputOf("BYTES", "[\"\", \"grün\"]")),
                 (std::vector<std::string>{"", "grün"}));
        for (const char* bad :
             {"[\"UINT8\", \"[7, 256]\"]", "[\"UINT8\", \"[-1, 2]\"]", "[\"INT8\", \"[-129, 2]\"]",
              "[\"UINT32\", \"[1.5, 2]\"]", "[\"BOOL\", \"[1, 0]\"]", "[\"FP32\", \"[null, 1]\"]",
              "[\"BYTES\", \"[1, 2]\"]", "[\"FP16\", \"[1, 2]\"]", "[\"FP128\", \"[1, 2]\"]"}) {
            const auto pair = QJsonDocument::fromJson(bad).array();
            const QString refusal =
                refusalOf([&] { inputOf(qPrintable(pair[0].toString()), qPrintable(pair[1].toString())); });
            QVERIFY2(!refusal.isEmpty(), bad);
        }
    }

    void halfFloatsAreIeee754()
    {
        const auto valueOf = [](int low, int high) {
            return remote::floatsOf({"a", DataType::fp16, {1}, bytes({low, high})}).at(0);
        };
        QCOMPARE(valueOf(0x00, 0x3c), 1.0F);
        QCOMPARE(valueOf(0x00, 0xc0), -2.0F);
        QCOMPARE(valueOf(0xff, 0x7b), 65504.0F);
        QCOMPARE(valueOf(0x01, 0x00), std::ldexp(1.0F, -24));
        QCOMPARE(valueOf(0x55, 0x35), 0.333251953125F);
        QVERIFY(std::isinf(valueOf(0x00, 0x7c)));
        QVERIFY(std::isnan(valueOf(0x01, 0x7c)));
    }

    void aRequestReadsBackWhateverItsForm()
    {
        remote::InferRequest request{.id = "x", .inputs = {}, .outputs = {{"p", true}}, .wantsBinary = true};
        request.inputs = {remote::tensorOf("x", {1, 2}, std::vector<float>{0.1F, -3}),
                          remote::tensorOf("c", {2}, std::vector<std::int64_t>{-1, std::int64_t(1) << 62}),
                          remote::tensorOf("p", {2}, std::vector<std::string>{"a b", ""})};
        for (const bool isBinary : {true, false}) {
            const auto body = remote::bodyOf(request, isBinary);
            QCOMPARE(body.jsonBytes.has_value(), isBinary);
            const auto read = remote::requestOf(body.bytes, body.jsonBytes);
            QVERIFY(read.wantsBinary);
            for (std::size_t i = 0; i < 3; ++i) {
                QCOMPARE(read.inputs[i].data, request.inputs[i].data);
                QCOMPARE(read.inputs[i].shape, request.inputs[i].shape);
            }
        }
    }

    void lyingBodiesAreRefusedInASentence_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("binary");
        QTest::addColumn<QString>("word");
        const auto binaryInput = [](const char* shape, const char* size) {
            return QByteArray("{\"inputs\": [{\"name\": \"x\", \"shape\": ") + shape +
                   ", \"datatype\": \"FP32\", \"parameters\": {\"binary_data_size\": " + size + "}}]}";
        };
        QTest::newRow("no JSON") << QByteArray("GIF89a") << QByteArray() << "not JSON";
        QTest::newRow("no inputs") << QByteArray("{}") << QByteArray() << "inputs";
        QTest::newRow("empty inputs") << QByteArray("{\"inputs\": []}") << QByteArray() << "inputs";
        QTest::newRow("a list") << QByteArray("[]") << QByteArray() << "inputs";
        QTest::newRow("too little") << binaryInput("[2]", "8") << QByteArray(7, 'a') << "only 7 are left";
        QTest::newRow("too much") << binaryInput("[2]", "8") << QByteArray(9, 'a') << "1 bytes follow";
        QTest::newRow("size and shape differ")
            << binaryInput("[2]", "12") << QByteArray(12, 'a') << "needs 8";
        QTest::newRow("terabytes") << binaryInput("[1000000, 1000000]", "4000000000000") << QByteArray()
                                   << "values";
        QTest::newRow("overflow") << binaryInput("[4294967296, 4294967296]", "0") << QByteArray() << "values";
        QTest::newRow("negative side") << binaryInput("[-1]", "4") << QByteArray(4, 'a') << "[-1]";
        QTest::newRow("side of 2^63") << binaryInput("[9223372036854775808]", "4") << QByteArray() << "shape";
        QTest::newRow("fractional side") << binaryInput("[1.5]", "4") << QByteArray() << "shape";
        QTest::newRow("many sides") << binaryInput("[1,1,1,1,1,1,1,1,1]", "4") << QByteArray(4, 'a')
                                    << "shape";
        QTest::newRow("negative size")
            << binaryInput("[1]", "-4") << QByteArray(4, 'a') << "binary_data_size";
        QTest::newRow("more values") << QByteArray(
                                            "{\"inputs\": [{\"name\": \"x\", \"shape\": [1], \"datatype\": "
                                            "\"FP32\", \"data\": [1, 2]}]}")
                                     << QByteArray() << "more values";
        QTest::newRow("NaN") << QByteArray(
                                    "{\"inputs\": [{\"name\": \"x\", \"shape\": [1], \"datatype\": \"FP32\", "
                                    "\"data\": [NaN]}]}")
                             << QByteArray() << "not JSON";
        QTest::newRow("twice")
            << QByteArray(
                   "{\"inputs\": [{\"name\": \"x\", \"shape\": [0], \"datatype\": \"FP32\", \"data\": []}, "
                   "{\"name\": \"x\", \"shape\": [0], \"datatype\": \"FP32\", \"data\": []}]}")
            << QByteArray() << "twice";
        QTest::newRow("deep") << QByteArray(40, '[') << QByteArray() << "deep";
        QTest::newRow("texts cut")
            << QByteArray(
                   "{\"inputs\": [{\"name\": \"x\", \"shape\": [1], \"datatype\": \"BYTES\", "
                   "\"parameters\": {\"binary_data_size\": 6}}]}")
            << QByteArray(
                   "\xff\xff\xff\xff"
                   "ab",
                   6)
            << "middle of a text";
    }

    void lyingBodiesAreRefusedInASentence()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, binary);
        QFETCH(QString, word);
        const std::string body = (json + binary).toStdString();
        const QString refusal = refusalOf([&] { remote::requestOf(body, std::size_t(json.size())); });
        QVERIFY2(refusal.contains(word), qPrintable(refusal.isEmpty() ? "It was not refused." : refusal));
    }

    void aHeaderThatIsLongerThanTheBodyIsRefused()
    {
        QVERIFY(refusalOf([] { remote::requestOf("{}", 3); }).contains("only 2 came"));
        QVERIFY(refusalOf([] {
                    remote::requestOf("{}", std::numeric_limits<std::size_t>::max());
                }).contains("only 2 came"));
    }

    void whatHasNoWordsInJsonIsToldOfAsAnError()
    {
        const remote::InferResponse response{
            "m",
            "",
            "",
            {remote::tensorOf("o", {1}, std::vector<float>{std::numeric_limits<float>::quiet_NaN()})}};
        QVERIFY(refusalOf([&] { remote::bodyOf(response, {.inputs = {}}); }).contains("not finite"));
        QVERIFY(remote::bodyOf(response, {.inputs = {}, .wantsBinary = true}).jsonBytes.has_value());
    }

    void metadataAndErrorsReadBack()
    {
        remote::ModelMetadata metadata{
            "mnist",         {"1"}, "diffuscope", {{"x", "FP32", {-1, 1, 28, 28}}}, {{"p", "FP32", {-1}}},
            "{\"a\": \"ü\"}"};
        const auto read = remote::metadataOf(remote::toJson(metadata));
        QCOMPARE(read.inputs, metadata.inputs);
        QCOMPARE(read.card, metadata.card);
        QCOMPARE(read.versions, metadata.versions);
        // As Triton and OpenVINO Model Server answer: no properties.
        const auto foreign = remote::metadataOf(test::foreignMetadata);
        QCOMPARE(foreign.inputs[0].shape, (remote::Shape{3, 224, 224}));
        QVERIFY(foreign.card.empty());
        QCOMPARE(remote::errorOf(remote::errorJson("No \"such\" thing.")), std::string("No \"such\" thing."));
        QCOMPARE(remote::errorOf("<html>502</html>"), std::string());
        QCOMPARE(remote::errorOf("{\"error\": \"two\\nlines\"}"), std::string("two lines"));
    }

    /// Bodies that are a little wrong, in thousands of ways: refused or read, never worse.
    void alteredBodiesDoNoHarm()
    {
        std::mt19937 random(1);
        const std::string whole = test::binaryExample + nineteenBytes;
        int refused = 0;
        for (int i = 0; i < 20000; ++i) {
            std::string body = whole;
            for (unsigned k = 0; k <= random() % 4; ++k) {
                const std::size_t at = random() % body.size();
                switch (random() % 3) {
                    case 0:
                        body[at] = char(random());
                        break;
                    case 1:
                        body.erase(at, 1 + random() % 8);
                        break;
                    default:
                        body.insert(at, 1, "0123456789{}[],:\"-.e"[random() % 20]);
                        break;
                }
                if (body.empty())
                    body = "x";
            }
            const std::optional<std::size_t> length =
                random() % 4 == 0 ? std::nullopt
                                  : std::optional<std::size_t>(test::binaryExample.size() + random() % 5 - 2);
            refused += !refusalOf([&] { remote::requestOf(body, length); }).isEmpty();
        }
        QVERIFY(refused > 10000);
    }
};

QTEST_GUILESS_MAIN(ProtocolTest)
#include "protocol_test.moc"
