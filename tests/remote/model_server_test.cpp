// SPDX-License-Identifier: GPL-3.0-or-later
// A served network over real HTTP: the protocol's answers, several clients, limits, a token, a clean stop.
#include "core/base/error.h"
#include "core/remote/model_server.h"
#include "tests/remote/protocol_texts.h"
#include "tests/remote/served_fixture.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryFile>
#include <QTest>

#include <atomic>
#include <thread>

using namespace diffuscope;
using remote::HttpRequest;
using remote::HttpResponse;
using test::ServedFixture;

namespace {

QJsonObject jsonOf(const HttpResponse& response)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(response.body)).object();
}

HttpRequest inferRequest(const std::string& json)
{
    return {"POST", "/v2/models/linear/infer", {{"content-type", "application/json"}}, json};
}

}  // namespace

class ModelServerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theEndpointsOfTheSpecificationAnswer()
    {
        const ServedFixture served;
        const auto get = [&](const char* path) { return served.send({"GET", path}); };
        QCOMPARE(jsonOf(get("/v2/health/live"))["live"].toBool(), true);
        QCOMPARE(jsonOf(get("/v2/health/ready"))["ready"].toBool(), true);
        QVERIFY(jsonOf(get("/v2"))["extensions"].toArray().contains("binary_tensor_data"));
        for (const char* path : {"/v2/models/linear", "/v2/models/linear/versions/1"}) {
            const QJsonObject metadata = jsonOf(get(path));
            QCOMPARE(metadata["name"].toString(), QString("linear"));
            QCOMPARE(metadata["inputs"].toArray()[0].toObject()["shape"].toArray(),
                     (QJsonArray{-1, 1, 1, 2}));
            QCOMPARE(metadata["inputs"].toArray().size(), 3);
            QCOMPARE(metadata["outputs"].toArray()[0].toObject()["datatype"].toString(), QString("FP32"));
        }
        QCOMPARE(jsonOf(get("/v2/models/linear/ready"))["ready"].toBool(), true);
        QCOMPARE(get("/v2/models/other").status, 404);
        QCOMPARE(get("/v2/models/linear/versions/2").status, 404);
        QCOMPARE(get("/v1/models/linear").status, 404);
        QCOMPARE(get("/../../etc/passwd").status, 404);
        QVERIFY(!jsonOf(get("/v2/models/other"))["error"].toString().isEmpty());
        QCOMPARE(get("/v2/models/linear/infer").status, 405);
        QVERIFY(get(("/v2/" + std::string(5000, 'a')).c_str()).status >= 400);
    }

    void aJsonRequestIsAnsweredInJson()
    {
        const ServedFixture served;
        const HttpResponse response = served.send(inferRequest(test::twoImages));
        QCOMPARE(response.status, 200);
        const QJsonObject answer = jsonOf(response);
        QCOMPARE(answer["id"].toString(), QString("7"));
        QCOMPARE(answer["model_name"].toString(), QString("linear"));
        const QJsonObject output = answer["outputs"].toArray()[0].toObject();
        QCOMPARE(output["shape"].toArray(), (QJsonArray{2, 1, 1, 2}));
        // 2 x + t + 100 class
        QCOMPARE(output["data"].toArray(), (QJsonArray{12, 14, 326, 328}));
    }

    void whatTheModelCannotTakeIsRefused_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("word");
        QTest::newRow("shape") << "[2, 1, 1, 2]"
                               << "[2, 1, 2, 1]"
                               << "[2, 1, 2, 1] in the place of [2, 1, 1, 2]";
        QTest::newRow("no batch") << "[2, 1, 1, 2]"
                                  << "[4]"
                                  << "[4]";
        QTest::newRow("class too high") << "[0, 3]"
                                        << "[0, 4]"
                                        << "0 to 2, or 3 for none";
        QTest::newRow("class below 0") << "[0, 3]"
                                       << "[0, -1]"
                                       << "0 to 2";
        QTest::newRow("infinite time") << "[10, 20]"
                                       << "[10, 1e39]"
                                       << "finite";
        QTest::newRow("missing input") << R"("name": "t")"
                                       << R"("name": "time")"
                                       << "no input \"time\"";
        QTest::newRow("text as numbers") << R"([10, 20])"
                                         << R"(["a", "b"])"
                                         << "FP32";
        QTest::newRow("cut") << "]}"
                             << ""
                             << "JSON";
    }

    void whatTheModelCannotTakeIsRefused()
    {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, word);
        static const ServedFixture served;
        QString json = QString::fromStdString(test::twoImages);
        json.replace(json.lastIndexOf(from), from.size(), to);
        const HttpResponse response = served.send(inferRequest(json.toStdString()));
        QCOMPARE(response.status, 400);
        QVERIFY2(jsonOf(response)["error"].toString().contains(word), response.body.c_str());
        QCOMPARE(served.send(inferRequest(test::twoImages)).status, 200);  // and the server goes on
    }

    void severalClientsAreAnsweredAndThoseThatWaitTogether()
    {
        const ServedFixture served;
        const auto gate = served.closeGate();
        std::atomic<int> wrong = 0;
        {
            std::vector<std::jthread> clients;
            for (int k = 0; k < 12; ++k)
                clients.emplace_back([&, k] {
                    remote::HttpClient client({"127.0.0.1", served.port()}, {});
                    std::string json = test::twoImages;
                    json.replace(json.find("[1, 2, 3, 4]"), 12, "[" + std::to_string(k) + ", 2, 3, 4]");
                    const HttpResponse response = client.send(inferRequest(json));
                    const auto data = jsonOf(response)["outputs"].toArray()[0].toObject()["data"].toArray();
                    wrong += response.status != 200 || data[0].toInt() != 2 * k + 10;
                });
            std::this_thread::sleep_for(std::chrono::milliseconds(300));  // they come while the first is held
            gate->open();
        }
        QCOMPARE(wrong.load(), 0);
        QCOMPARE(served.server().counts().requests, 12u);
        QVERIFY2(served.server().counts().evaluations < 12u, "None were evaluated together.");
    }

    void aQueueThatIsFullSaysSo()
    {
        const ServedFixture served({.waiting = 2});
        const auto gate = served.closeGate();
        std::atomic<int> busy = 0, answered = 0;
        {
            std::vector<std::jthread> clients;
            const auto ask = [&] {
                remote::HttpClient client({"127.0.0.1", served.port()}, {.tries = 1});
                const int status = client.send(inferRequest(test::twoImages)).status;
                ++(status == 503 ? busy : answered);
            };
            clients.emplace_back(ask);
            QTRY_COMPARE(served.server().counts().evaluations, 1u);  // the first is evaluated alone
            for (int k = 0; k < 7; ++k)
                clients.emplace_back(ask);
            QTRY_VERIFY(busy >= 5);  // two wait
            gate->open();
        }
        QCOMPARE(busy + answered, 8);
        QVERIFY(answered >= 3);
    }

    void aFailureOfTheNetworkIsAnAnswer()
    {
        const ServedFixture served;
        std::string json = test::twoImages;
        json.replace(json.find("[10, 20]"), 8, "[10, 666]");
        const HttpResponse response = served.send(inferRequest(json));
        QCOMPARE(response.status, 500);
        QVERIFY(jsonOf(response)["error"].toString().contains("made up"));
    }

    void bodiesAboveTheLimitAreRefused()
    {
        const ServedFixture served({}, {.bodyBytes = 1000});
        QCOMPARE(served.send(inferRequest(test::twoImages)).status, 200);
        QCOMPARE(served.send(inferRequest(test::twoImages + std::string(2000, ' '))).status, 413);
        const ServedFixture crowded({}, {.allBodyBytes = 100});
        QCOMPARE(crowded.send(inferRequest(test::twoImages)).status, 503);
        QCOMPARE(crowded.send({"GET", "/v2"}).status, 200);
    }

    void aTokenIsAskedForEverywhereButForHealth()
    {
        const ServedFixture served({.token = "secret-7"});
        QCOMPARE(served.send({"GET", "/v2/models/linear"}).status, 401);
        QCOMPARE(served.send(inferRequest(test::twoImages)).status, 401);
        QCOMPARE(served.send({"GET", "/v2/models/linear", {{"authorization", "Bearer secret-8"}}}).status,
                 401);
        QCOMPARE(served.send({"GET", "/v2/models/linear", {{"authorization", "secret-7"}}}).status, 401);
        QCOMPARE(served.send({"GET", "/v2/models/linear", {{"authorization", "Bearer secret-7"}}}).status,
                 200);
        QCOMPARE(served.send({"GET", "/v2/health/live"}).status, 200);
    }

    void itStopsWhileClientsAreConnected()
    {
        QElapsedTimer timer;
        auto served = std::make_unique<ServedFixture>();
        QCOMPARE(served->send(inferRequest(test::twoImages)).status, 200);
        timer.start();
        served.reset();
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
    }

    /// The ten lines of docs/remote.md, by a language that this program is not written in.
    void pythonsStandardLibraryAsksForAPrediction()
    {
        const QString python = QStandardPaths::findExecutable("python3");
        if (python.isEmpty())
            QSKIP("python3 is not installed here.");
        const ServedFixture served;
        QProcess process;
        process.start(python, {"-c", QString(test::pythonClient).arg(served.port())});
        QVERIFY(process.waitForFinished(30000));
        QCOMPARE(process.readAllStandardOutput().trimmed(), QByteArray("[12.0, 14.0, 326.0, 328.0]"));
    }

    void curlAsksForAPrediction()
    {
        const QString curl = QStandardPaths::findExecutable("curl");
        if (curl.isEmpty())
            QSKIP("curl is not installed here.");
        const ServedFixture served;
        QProcess process;
        process.start(curl, {"-s", "-d", QString::fromStdString(test::twoImages),
                             QString("http://127.0.0.1:%1/v2/models/linear/infer").arg(served.port())});
        QVERIFY(process.waitForFinished(30000));
        const auto answer = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
        QCOMPARE(answer["outputs"].toArray()[0].toObject()["data"].toArray(), (QJsonArray{12, 14, 326, 328}));
    }
};

QTEST_GUILESS_MAIN(ModelServerTest)
#include "model_server_test.moc"
