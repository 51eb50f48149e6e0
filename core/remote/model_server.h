// SPDX-License-Identifier: GPL-3.0-or-later
// Offers networks over the Open Inference Protocol. It knows neither sockets nor tensors of LibTorch.
#pragma once

#include "core/remote/http.h"
#include "core/remote/message.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::remote {

/// What one evaluation of a network is told: B states, each with its time and its condition.
struct Evaluation
{
    Shape shape{};           ///< of x, [B, …]
    std::vector<float> x{};  ///< row-major
    std::vector<float> t{};  ///< [B], as the network was trained with
    /// [B]; the number of classes stands for none. Empty for a network that knows no classes.
    std::vector<std::int64_t> classes{};
    /// [B]; empty for a network that reads no text.
    std::vector<std::string> prompts{};

    std::int64_t images() const { return shape.empty() ? 0 : shape.front(); }
};

/// One network that is offered. Its inputs are x, t and, where it has them, class and prompt; its output is
/// called prediction and has the shape of x.
struct ServedModel
{
    std::string name;
    Shape image;      ///< the shape of one state, without the batch
    int classes = 0;  ///< 0: none
    bool readsPrompts = false;
    std::string platform = "diffuscope";
    std::string card{};  ///< the text of its model.json; see ModelMetadata::card
    /// The raw output, as many values as x has. Called by one thread, which is the same for all models.
    /// Throws Error.
    std::function<std::vector<float>(const Evaluation&)> evaluate;
};

ModelMetadata metadataOf(const ServedModel& model);

struct ModelServerLimits
{
    std::string token{};        ///< empty: none is asked for
    std::int64_t images = 512;  ///< of one request, and of requests that are answered together
    std::size_t waiting = 64;   ///< requests; one more is answered with 503
    BodyLimits body{};
};

/// Answers requests of any number of threads. Waiting requests for one network with states of one shape are
/// evaluated together.
class ModelServer
{
public:
    explicit ModelServer(std::vector<ServedModel> models, ModelServerLimits limits = {});
    /// Answers what waits with 503, waits for the evaluation that is going on, and ends the thread.
    ~ModelServer();

    HttpResponse answer(const HttpRequest& request);
    /// The answer to a request without the token; health is told to everybody.
    std::optional<HttpResponse> authorize(const HttpRequest& request) const;
    /// The two of them, for an HttpServer that must not outlive this.
    HttpServer::Handlers handlers();

    /// No request is taken from here on.
    void stop();

    struct Counts
    {
        std::uint64_t requests = 0;     ///< that were evaluated
        std::uint64_t evaluations = 0;  ///< fewer, where some were evaluated together
    };
    Counts counts() const;

private:
    class Queue;
    HttpResponse routed(const HttpRequest& request);
    HttpResponse inferred(const ServedModel& model, const HttpRequest& request);

    std::vector<ServedModel> m_models;
    ModelServerLimits m_limits;
    std::unique_ptr<Queue> m_queue;
};

}  // namespace diffuscope::remote
