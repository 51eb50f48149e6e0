// SPDX-License-Identifier: GPL-3.0-or-later
// Asking a served network: right answers are believed, and every kind of wrong one is told in a sentence.
#include "core/base/error.h"
#include "core/remote/remote_network.h"
#include "tests/core/file_fixture.h"
#include "tests/remote/served_fixture.h"

#include <QElapsedTimer>
#include <QTest>

#include <arpa/inet.h>
#include <atomic>
#include <limits>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace diffuscope;
using remote::HttpRequest;
using remote::HttpResponse;
using test::refusalOf;
using test::ServedFixture;

namespace {

remote::RemoteAddress addressOf(int port, const std::string& name = "linear")
{
    return remote::remoteAddressOf("oip:http://127.0.0.1:" + std::to_string(port) + "/" + name);
}

/// `images` states [1, 1, 2] with values that tell them apart.
remote::Evaluation evaluationOf(int images)
{
    remote::Evaluation asked{.shape = {images, 1, 1, 2}};
    for (int k = 0; k < images; ++k) {
        asked.x.insert(asked.x.end(), {float(k), float(k) + 0.5F});
        asked.t.push_back(float(10 * k));
        asked.classes.push_back(k % 4);
    }
    return asked;
}

/// Answers whatever it likes.
class LyingServer
{
public:
    explicit LyingServer(std::function<HttpResponse(const HttpRequest&)> infer)
        : m_http({.answer =
                      [infer](const HttpRequest& request) {
                          if (request.method == "POST")
                              return infer(request);
                          return HttpResponse{
                              .body = remote::toJson(remote::metadataOf(ServedFixture::linear(nullptr)))};
                      },
                  .authorize = [](const HttpRequest&) { return std::nullopt; }})
    {
        m_port = m_http.bind("127.0.0.1", 0);
        m_thread = std::thread([this] { m_http.run(); });
    }
    ~LyingServer()
    {
        m_http.stop();
        m_thread.join();
    }
    int port() const { return m_port; }

private:
    remote::HttpServer m_http;
    int m_port = 0;
    std::thread m_thread;
};

HttpResponse answerWith(const std::vector<remote::Tensor>& outputs)
{
    const auto body =
        remote::bodyOf(remote::InferResponse{"linear", "", "", outputs}, {.inputs = {}, .wantsBinary = true});
    return {.headers = {{remote::jsonLengthHeader, std::to_string(*body.jsonBytes)}}, .body = body.bytes};
}

/// A socket that takes connections and does with each what it is told.
class RawServer
{
public:
    explicit RawServer(std::function<void(int socket)> serve)
    {
        m_socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(m_socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(m_socket, 8) != 0 ||
            ::getsockname(m_socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            qFatal("no socket");
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this, serve] {
            for (int one = ::accept(m_socket, nullptr, nullptr); one >= 0;
                 one = ::accept(m_socket, nullptr, nullptr)) {
                ++m_connections;
                serve(one);
                ::close(one);
            }
        });
    }
    ~RawServer()
    {
        ::shutdown(m_socket, SHUT_RDWR);
        m_thread.join();
        ::close(m_socket);
    }
    int port() const { return m_port; }
    int connections() const { return m_connections; }

private:
    int m_socket = -1;
    int m_port = 0;
    std::atomic<int> m_connections = 0;
    std::thread m_thread;
};

}  // namespace

class RemoteNetworkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAddressIsReadOrRefused()
    {
        const auto address = remote::remoteAddressOf("oip:http://gpu.lan:8000/unet/versions/3");
        QCOMPARE(address.server.host, std::string("gpu.lan"));
        QCOMPARE(address.server.port, 8000);
        QCOMPARE(address.path, std::string("/v2/models/unet/versions/3"));
        QCOMPARE(remote::remoteAddressOf("oip:http://[::1]:80/a").server.host, std::string("::1"));
        QCOMPARE(remote::remoteAddressOf("oip:http://host/a").server.port, 80);
        for (const char* bad :
             {"oip:", "oip:https://a/b", "oip:ftp://a/b", "oip:http://", "oip:http://a", "oip:http://a/",
              "oip:http://a:0/b", "oip:http://a:70000/b", "oip:http://a:x/b", "oip:http:///b",
              "oip:http://a/b c", "oip:http://a\r\nX: y/b", "oip:http://a/b?c"})
            QVERIFY2(!refusalOf([&] { remote::remoteAddressOf(bad); }).isEmpty(), bad);
        QVERIFY(!remote::isRemoteAddress("mnist"));
    }

    void theAnswersAreThoseOfTheNetwork()
    {
        const ServedFixture served;
        remote::RemoteNetwork network(addressOf(served.port()));
        QCOMPARE(network.metadata().inputs.size(), std::size_t(3));
        for (const int images : {1, 2, 16, 65}) {
            const auto asked = evaluationOf(images);
            const std::vector<float> output = network.evaluate(asked);
            QCOMPARE(output, ServedFixture::linear(std::make_shared<test::Gate>()).evaluate(asked));
        }
    }

    void aTokenIsSent()
    {
        const ServedFixture served({.token = "t"});
        QVERIFY(refusalOf([&] {
                    remote::RemoteNetwork network(addressOf(served.port()));
                }).contains("asks for a token."));
        QVERIFY(refusalOf([&] {
                    remote::RemoteNetwork network(addressOf(served.port()), {.token = "u"});
                }).contains("not this one"));
        remote::RemoteNetwork network(addressOf(served.port()), {.token = "t"});
        QCOMPARE(network.evaluate(evaluationOf(1)).size(), std::size_t(2));
    }

    void unknownNamesAndOldServersAreTold()
    {
        const ServedFixture served;
        QVERIFY(refusalOf([&] {
                    remote::RemoteNetwork network(addressOf(served.port(), "other"));
                }).contains("is not known to its server"));
        RawServer versionOne([](int socket) {
            char request[2000] = {};
            for (ssize_t n = ::read(socket, request, sizeof request - 1); n > 0;
                 n = ::read(socket, request, sizeof request - 1)) {
                const bool isOne = std::string(request, std::size_t(n)).starts_with("GET /v1/models/");
                const std::string answer = isOne ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                                                 : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
                if (::write(socket, answer.data(), answer.size()) < 0)
                    return;
            }
        });
        QVERIFY(refusalOf([&] {
                    remote::RemoteNetwork network(addressOf(versionOne.port()));
                }).contains("version 1"));
    }

    void aServerThatIsNotThereIsTold()
    {
        int port = 0;
        {
            const ServedFixture served;
            port = served.port();
        }
        const QString refusal = refusalOf([&] { remote::RemoteNetwork network(addressOf(port)); });
        QVERIFY2(refusal.contains("cannot be reached"), qPrintable(refusal));
    }

    void lyingAnswersAreNotBelieved_data()
    {
        QTest::addColumn<int>("lie");
        QTest::addColumn<QString>("word");
        QTest::newRow("other shape") << 0 << "[2, 1, 2, 1] in the place of [2, 1, 1, 2]";
        QTest::newRow("too little") << 1 << "[1, 1, 1, 2] in the place of";
        QTest::newRow("too much") << 2 << "values";
        QTest::newRow("NaN") << 3 << "NaN or infinity";
        QTest::newRow("other name") << 4 << "without the output \"prediction\"";
        QTest::newRow("cut body") << 5 << "only";
        QTest::newRow("no JSON") << 6 << "JSON";
        QTest::newRow("texts") << 7 << "BYTES";
        QTest::newRow("error") << 8 << "status 500 (it says: No memory.)";
        QTest::newRow("empty") << 9 << "JSON";
        QTest::newRow("long header") << 10 << "only";
    }

    void lyingAnswersAreNotBelieved()
    {
        QFETCH(int, lie);
        QFETCH(QString, word);
        const LyingServer server([lie](const HttpRequest&) -> HttpResponse {
            const float nan = std::numeric_limits<float>::quiet_NaN();
            const std::vector<float> four{1, 2, 3, 4};
            switch (lie) {
                case 0:
                    return answerWith({remote::tensorOf("prediction", {2, 1, 2, 1}, four)});
                case 1:
                    return answerWith(
                        {remote::tensorOf("prediction", {1, 1, 1, 2}, std::vector<float>{1, 2})});
                case 2:
                    return answerWith(
                        {remote::tensorOf("prediction", {500, 1, 1, 2}, std::vector<float>(1000))});
                case 3:
                    return answerWith(
                        {remote::tensorOf("prediction", {2, 1, 1, 2}, std::vector<float>{1, nan, 3, 4})});
                case 4:
                    return answerWith({remote::tensorOf("output", {2, 1, 1, 2}, four)});
                case 5: {
                    HttpResponse cut = answerWith({remote::tensorOf("prediction", {2, 1, 1, 2}, four)});
                    cut.body.resize(cut.body.size() - 3);
                    return cut;
                }
                case 6:
                    return {.body = "<html></html>"};
                case 7:
                    return answerWith({remote::tensorOf("prediction", {2, 1, 1, 2},
                                                        std::vector<std::string>{"a", "b", "c", "d"})});
                case 8:
                    return {.status = 500, .body = remote::errorJson("No memory.")};
                case 9:
                    return {.body = ""};
                default: {
                    HttpResponse longer = answerWith({remote::tensorOf("prediction", {2, 1, 1, 2}, four)});
                    longer.headers[remote::jsonLengthHeader] = "99999999";
                    return longer;
                }
            }
        });
        remote::RemoteNetwork network(addressOf(server.port()));
        const QString refusal = refusalOf([&] { network.evaluate(evaluationOf(2)); });
        QVERIFY2(refusal.contains(word), qPrintable(refusal.isEmpty() ? "It was believed." : refusal));
        QVERIFY2(refusal.contains("oip:http://127.0.0.1"), qPrintable(refusal));
    }

    void silenceIsNotWaitedForForever()
    {
        std::atomic<bool> isOver = false;
        RawServer silent([&](int) {
            while (!isOver)
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
        });
        remote::RemoteOptions options;
        options.limits.silence = std::chrono::milliseconds(1000);
        options.limits.connecting = std::chrono::milliseconds(1000);
        QElapsedTimer timer;
        timer.start();
        const QString refusal =
            refusalOf([&] { remote::RemoteNetwork network(addressOf(silent.port()), options); });
        isOver = true;
        QVERIFY2(refusal.contains("said nothing for 1 s"), qPrintable(refusal));
        QVERIFY2(timer.elapsed() < 2500,
                 qPrintable(QString::number(timer.elapsed())));  // asked once, not three times
    }

    void aBrokenConnectionIsTriedAgain()
    {
        const std::string body = remote::toJson(remote::metadataOf(ServedFixture::linear(nullptr)));
        std::atomic<int> calls = 0;
        RawServer server([&](int socket) {
            char request[2000];
            if (::read(socket, request, sizeof request) <= 0 || ++calls < 3)
                return;  // hangs up twice
            const std::string answer =
                "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
            QCOMPARE(::write(socket, answer.data(), answer.size()), ssize_t(answer.size()));
        });
        remote::RemoteNetwork network(addressOf(server.port()));
        QCOMPARE(calls.load(), 3);
        QCOMPARE(network.metadata().name, std::string("linear"));
    }

    void aConnectionIsKept()
    {
        // Behind the real server the requests of one client come from one port; here they are counted.
        const std::string body = remote::toJson(remote::metadataOf(ServedFixture::linear(nullptr)));
        RawServer server([&](int socket) {
            char request[4000];
            while (::read(socket, request, sizeof request) > 0) {
                const std::string answer =
                    "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
                if (::write(socket, answer.data(), answer.size()) < 0)
                    return;
            }
        });
        {
            remote::HttpClient client({"127.0.0.1", server.port()}, {});
            for (int k = 0; k < 5; ++k)
                QCOMPARE(client.send({"GET", "/v2/models/linear"}).status, 200);
        }
        QCOMPARE(server.connections(), 1);
    }

    void anEndlessAnswerIsCutOff()
    {
        RawServer server([](int socket) {
            char request[2000];
            if (::read(socket, request, sizeof request) <= 0)
                return;
            const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
            if (::send(socket, head.data(), head.size(), MSG_NOSIGNAL) < 0)
                return;
            const std::string block(1 << 16, 'a');
            while (::send(socket, block.data(), block.size(), MSG_NOSIGNAL) > 0) {
            }
        });
        const QString refusal = refusalOf([&] { remote::RemoteNetwork network(addressOf(server.port())); });
        QVERIFY2(refusal.contains("more than 256 MiB"), qPrintable(refusal));
    }

    void itStopsInTheMiddleOfAnEvaluation()
    {
        const ServedFixture served;
        remote::RemoteNetwork network(addressOf(served.port()));
        const auto gate = served.closeGate();
        std::stop_source stop;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            stop.request_stop();
        });
        QElapsedTimer timer;
        timer.start();
        bool isCancelled = false;
        try {
            network.evaluate(evaluationOf(2), stop.get_token());
        } catch (const Cancelled&) {
            isCancelled = true;
        }
        QVERIFY(isCancelled);
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
    }
};

QTEST_GUILESS_MAIN(RemoteNetworkTest)
#include "remote_network_test.moc"
