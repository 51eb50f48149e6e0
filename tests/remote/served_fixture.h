// SPDX-License-Identifier: GPL-3.0-or-later
// A server on a free port of this machine, with a network that is easily computed by hand.
#pragma once

#include "core/base/error.h"
#include "core/remote/model_server.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace diffuscope::test {

/// Holds up evaluations while it is closed.
class Gate
{
public:
    void close() { set(false); }
    void open() { set(true); }
    void pass()
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_isOpen; });
    }

private:
    void set(bool isOpen)
    {
        const std::lock_guard lock(m_mutex);
        m_isOpen = isOpen;
        m_changed.notify_all();
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_isOpen = true;
};

/// Serves "linear": 2 x + t + 100 class, of states [1, 1, 2], three classes. At t = 666 it fails.
class ServedFixture
{
public:
    explicit ServedFixture(remote::ModelServerLimits limits = {}, remote::ServerLimits http = {})
        : m_gate(std::make_shared<Gate>()),
          m_server({linear(m_gate)}, std::move(limits)),
          m_http(m_server.handlers(), http)
    {
        m_port = m_http.bind("127.0.0.1", 0);
        m_thread = std::thread([this] { m_http.run(); });
        while (remote::HttpClient({"127.0.0.1", m_port}, {}).send({"GET", "/v2/health/live"}).status != 200)
            std::this_thread::yield();
    }

    ~ServedFixture()
    {
        m_gate->open();
        m_server.stop();
        m_http.stop();
        m_thread.join();
    }

    int port() const { return m_port; }
    const remote::ModelServer& server() const { return m_server; }

    /// From here on evaluations wait.
    std::shared_ptr<Gate> closeGate() const
    {
        m_gate->close();
        return m_gate;
    }

    remote::HttpResponse send(const remote::HttpRequest& request) const
    {
        return remote::HttpClient({"127.0.0.1", m_port}, {.tries = 1}).send(request);
    }

    static remote::ServedModel linear(std::shared_ptr<Gate> gate)
    {
        remote::ServedModel model{.name = "linear", .image = {1, 1, 2}, .classes = 3, .evaluate = {}};
        model.evaluate = [gate](const remote::Evaluation& asked) {
            gate->pass();
            std::vector<float> output(asked.x.size());
            for (std::size_t i = 0; i < output.size(); ++i) {
                const std::size_t image = i / 2;
                if (asked.t[image] == 666)
                    throw Error(ErrorCode::internal, "A failure that is made up.");
                output[i] = 2 * asked.x[i] + asked.t[image] + 100 * float(asked.classes[image]);
            }
            return output;
        };
        return model;
    }

private:
    std::shared_ptr<Gate> m_gate;
    remote::ModelServer m_server;
    remote::HttpServer m_http;
    int m_port = 0;
    std::thread m_thread;
};

}  // namespace diffuscope::test
