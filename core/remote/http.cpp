// SPDX-License-Identifier: GPL-3.0-or-later
// The only file that knows cpp-httplib.
#include "core/remote/http.h"

#include "core/base/error.h"

#include <algorithm>
#include <httplib.h>
#include <semaphore>
#include <thread>
#include <utility>

namespace diffuscope::remote {

namespace {

using namespace std::chrono_literals;

/// How long a connection without a request is kept; also how long a stop may take at most.
constexpr std::chrono::seconds idleConnection{2};
constexpr std::size_t longestPath = 600;

std::string lowerCase(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

Headers headersOf(const httplib::Headers& headers)
{
    Headers own;
    for (const auto& [name, value] : headers)
        own.emplace(lowerCase(name), value);
    return own;
}

void put(const HttpResponse& from, httplib::Response& to)
{
    to.status = from.status;
    for (const auto& [name, value] : from.headers)
        to.set_header(name.c_str(), value.c_str());
    to.set_content(from.body, from.type.c_str());
}

HttpResponse refusal(int status, const std::string& sentence)
{
    return {.status = status, .body = "{\"error\":\"" + sentence + "\"}"};
}

/// Takes no more connections than it has threads; the accepting thread waits, and the kernel's queue with it.
class BoundedThreads final : public httplib::TaskQueue
{
public:
    explicit BoundedThreads(std::size_t most) : m_threads(most), m_room(std::ptrdiff_t(most)) {}

    void enqueue(std::function<void()> task) override
    {
        m_room.acquire();
        m_threads.enqueue([this, task = std::move(task)] {
            task();
            m_room.release();
        });
    }
    void shutdown() override { m_threads.shutdown(); }

private:
    httplib::ThreadPool m_threads;
    std::counting_semaphore<> m_room;
};

/// Bytes of a sum that all connections share, given back at the end.
class Reservation
{
public:
    Reservation(std::atomic<std::size_t>& used, std::size_t most) : m_used(used), m_most(most) {}
    ~Reservation() { m_used -= m_held; }
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;

    bool grow(std::size_t bytes)
    {
        m_held += bytes;
        return m_used.fetch_add(bytes) + bytes <= m_most;
    }

private:
    std::atomic<std::size_t>& m_used;
    std::size_t m_most, m_held = 0;
};

}  // namespace

struct HttpServer::Server
{
    Handlers handlers;
    ServerLimits limits;
    httplib::Server http{};
    std::atomic<std::size_t> bodyBytes = 0;

    static HttpRequest headOf(const httplib::Request& from)
    {
        return {.method = from.method, .path = from.path, .headers = headersOf(from.headers)};
    }

    /// Reads the body within the limits; what is refused is read on and dropped, so that the connection
    /// stays in step.
    HttpResponse answerWithBody(const httplib::Request& from, const httplib::ContentReader& read)
    {
        HttpRequest request = headOf(from);
        Reservation reservation(bodyBytes, limits.allBodyBytes);
        std::optional<HttpResponse> refused = handlers.authorize(request);
        const std::size_t announced =
            from.has_header("Content-Length") ? from.get_header_value<std::uint64_t>("Content-Length") : 0;
        if (!refused && announced > limits.bodyBytes)
            refused = tooLarge();
        if (!refused && !reservation.grow(announced))
            refused = refusal(503, "The server has no memory left for this request; try again.");
        std::size_t reserved = announced;
        const bool isRead = read([&](const char* data, std::size_t size) {
            if (refused)
                return true;
            // A body without a length, or compressed, is larger than was announced.
            const std::size_t needed = request.body.size() + size;
            if (needed > limits.bodyBytes)
                refused = tooLarge();
            else if (needed > reserved && !reservation.grow(needed - reserved))
                refused = refusal(503, "The server has no memory left for this request; try again.");
            if (refused) {
                request.body = {};
                return true;
            }
            reserved = std::max(reserved, needed);
            request.body.append(data, size);
            return true;
        });
        if (refused)
            return *refused;
        if (!isRead)
            return refusal(400, "The body of the request did not arrive whole.");
        return handlers.answer(request);
    }

    HttpResponse tooLarge() const
    {
        return refusal(413, "A request has at most " + std::to_string(limits.bodyBytes >> 20) + " MiB here.");
    }

    void setUp()
    {
        using Outcome = httplib::Server::HandlerResponse;
        http.new_task_queue = [this] { return new BoundedThreads(limits.connections); };
        http.set_read_timeout(limits.silence);
        http.set_write_timeout(limits.silence);
        http.set_keep_alive_timeout(idleConnection.count());
        http.set_keep_alive_max_count(1'000'000);
        http.set_payload_max_length(limits.bodyBytes);
        http.set_tcp_nodelay(true);
        http.set_pre_routing_handler([this](const httplib::Request& from, httplib::Response& to) {
            if (from.path.size() > longestPath) {
                put(refusal(414, "The path of the request is too long."), to);
                return Outcome::Handled;
            }
            if (from.method != "GET")
                return Outcome::Unhandled;
            const HttpRequest request = headOf(from);
            put(handlers.authorize(request).value_or(HttpResponse{.status = 0}), to);
            if (to.status == 0)
                put(handlers.answer(request), to);
            return Outcome::Handled;
        });
        http.Post("/.*", [this](const httplib::Request& from, httplib::Response& to,
                                const httplib::ContentReader& read) { put(answerWithBody(from, read), to); });
        http.set_error_handler(httplib::Server::HandlerWithResponse([](const auto&, httplib::Response& to) {
            if (to.body.empty())
                put(refusal(to.status, to.status == 413 ? "The request is larger than this server takes."
                                                        : "This server does not answer such a request."),
                    to);
            return Outcome::Handled;
        }));
    }
};

HttpServer::HttpServer(Handlers handlers, ServerLimits limits)
    : m_server(new Server{.handlers = std::move(handlers), .limits = limits})
{
    m_server->setUp();
}

HttpServer::~HttpServer()
{
    stop();
}

int HttpServer::bind(const std::string& host, int port)
{
    httplib::Server& http = m_server->http;
    const int bound = port == 0 ? http.bind_to_any_port(host) : http.bind_to_port(host, port) ? port : -1;
    if (bound < 0)
        throw Error(ErrorCode::invalidOption,
                    "The address " + host + ":" + std::to_string(port) + " cannot be served.",
                    "Another program may have the port; choose another with --port, or 0 for a free one.");
    return bound;
}

void HttpServer::run()
{
    m_server->http.listen_after_bind();
}

void HttpServer::stop()
{
    m_server->http.stop();
}

struct HttpClient::Client
{
    HttpAddress address;
    ClientLimits limits;
    httplib::Client http;

    Client(HttpAddress to, ClientLimits within)
        : address(std::move(to)), limits(within), http(address.host, address.port)
    {
        http.set_keep_alive(true);
        http.set_tcp_nodelay(true);
        http.set_connection_timeout(limits.connecting);
        http.set_read_timeout(limits.silence);
        http.set_write_timeout(limits.silence);
        http.set_follow_location(false);
    }

    std::string name() const { return address.host + ":" + std::to_string(address.port); }

    [[noreturn]] void refuse(const std::string& problem, const std::string& hint) const
    {
        throw Error(ErrorCode::internal, "The server " + name() + " " + problem, hint);
    }

    [[noreturn]] void refuse(httplib::Error error) const
    {
        if (error == httplib::Error::Connection || error == httplib::Error::ConnectionTimeout ||
            error == httplib::Error::BindIPAddress)
            refuse("cannot be reached.", "See that it runs there, and that the address is right.");
        if (error == httplib::Error::Read || error == httplib::Error::Write)
            refuse(
                "broke the connection off or said nothing for " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limits.silence).count()) +
                    " s.",
                "Try again, or ask for fewer images at once.");
        refuse("did not answer in HTTP (" + httplib::to_string(error) + ").",
               "See that the address is right.");
    }

    /// One try. Empty where the connection broke, with the reason in `error`.
    std::optional<HttpResponse> tried(const HttpRequest& request, httplib::Error& error)
    {
        httplib::Request own;
        own.method = request.method;
        own.path = request.path;
        own.body = request.body;
        for (const auto& [name, value] : request.headers)
            own.set_header(name.c_str(), value.c_str());
        HttpResponse response;
        bool isTooLarge = false;
        own.response_handler = [&](const httplib::Response& head) {
            isTooLarge = head.has_header("Content-Length") &&
                         head.get_header_value<std::uint64_t>("Content-Length") > limits.bodyBytes;
            return !isTooLarge;
        };
        own.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
            isTooLarge = response.body.size() + size > limits.bodyBytes;
            if (!isTooLarge)
                response.body.append(data, size);
            return !isTooLarge;
        };
        const httplib::Result result = http.send(own);
        if (isTooLarge)
            refuse("answers with more than " + std::to_string(limits.bodyBytes >> 20) + " MiB.",
                   "Ask for fewer images at once.");
        if (!result) {
            error = result.error();
            return {};
        }
        response.status = result->status;
        response.headers = headersOf(result->headers);
        response.type = result->get_header_value("Content-Type");
        return response;
    }
};

HttpClient::HttpClient(HttpAddress address, ClientLimits limits)
    : m_client(std::make_unique<Client>(std::move(address), limits))
{
}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send(const HttpRequest& request, const std::stop_token& stop)
{
    const std::stop_callback breakOff(stop, [this] { m_client->http.stop(); });
    httplib::Error error = httplib::Error::Success;
    std::optional<HttpResponse> response;
    const ClientLimits& limits = m_client->limits;
    for (int k = 0; k < std::max(1, limits.tries); ++k) {
        if (stop.stop_requested())
            throw Cancelled();
        if (k > 0)
            std::this_thread::sleep_for(100ms * (1 << (k - 1)));
        const auto begin = std::chrono::steady_clock::now();
        response = m_client->tried(request, error);
        if (response && response->status != 503)
            return *response;
        // Silence is no accident of the line: asking again would only make it longer.
        if (!response &&
            std::chrono::steady_clock::now() - begin >= std::min(limits.silence, limits.connecting))
            break;
    }
    if (stop.stop_requested())
        throw Cancelled();
    if (response)
        return *response;
    m_client->refuse(error);
}

}  // namespace diffuscope::remote
