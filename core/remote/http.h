// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP as this program needs it, client and server: cpp-httplib behind one small door.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace diffuscope::remote {

/// Names in lower case.
using Headers = std::map<std::string, std::string>;

struct HttpRequest
{
    std::string method;  ///< "GET", "POST"
    std::string path;    ///< "/v2/models/mnist"
    Headers headers{};
    std::string body{};
};

struct HttpResponse
{
    int status = 200;
    Headers headers{};
    std::string body{};
    std::string type = "application/json";
};

struct ServerLimits
{
    std::size_t bodyBytes = std::size_t(64) << 20;      ///< of one request
    std::size_t allBodyBytes = std::size_t(512) << 20;  ///< of all that are being read or answered
    std::size_t connections = 64;                       ///< at once; further ones wait in the kernel's queue
    std::chrono::seconds silence{30};  ///< after which a connection that says nothing is closed
};

/// Answers requests, each on a thread of its connection. Bodies are taken only as far as the limits go: a
/// larger one is answered with 413, and 503 where all together would be too much.
class HttpServer
{
public:
    /// Called from several threads; must not throw. `authorize` sees the headers before a body is read, and
    /// returns the answer where it refuses.
    struct Handlers
    {
        std::function<HttpResponse(const HttpRequest&)> answer;
        std::function<std::optional<HttpResponse>(const HttpRequest&)> authorize;
    };
    HttpServer(Handlers handlers, ServerLimits limits = {});
    ~HttpServer();

    /// `port` 0: a free one. Returns the port. Throws Error(invalidOption) where it cannot be had.
    int bind(const std::string& host, int port);
    /// Serves until stop(), from any thread or from none.
    void run();
    /// No new connection is taken, and requests that came are answered.
    void stop();

private:
    struct Server;
    std::unique_ptr<Server> m_server;
};

/// http://host:port of "http://host:port/…"
struct HttpAddress
{
    std::string host;
    int port = 80;
};

struct ClientLimits
{
    std::chrono::milliseconds connecting{5000};
    std::chrono::milliseconds silence{60'000};  ///< with no byte of an answer
    std::size_t bodyBytes = std::size_t(256) << 20;
    int tries = 3;  ///< of a request whose answer did not come, or was 503
};

/// One connection that is kept. One thread uses one client.
class HttpClient
{
public:
    HttpClient(HttpAddress address, ClientLimits limits);
    ~HttpClient();

    /// The answer, whatever its status. What it asks for must do no harm when asked twice: where the
    /// connection breaks, it is asked again. Throws Error (internal: connection, time, size) in one sentence
    /// that names the address, and Cancelled soon after `stop` is set.
    HttpResponse send(const HttpRequest& request, const std::stop_token& stop = {});

private:
    struct Client;
    std::unique_ptr<Client> m_client;
};

}  // namespace diffuscope::remote
