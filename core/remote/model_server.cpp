// SPDX-License-Identifier: GPL-3.0-or-later
// Routes the protocol's requests, checks them, and evaluates together what waits.
#include "core/remote/model_server.h"

#include "core/base/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

namespace diffuscope::remote {

namespace {

constexpr const char* version = "1";

HttpResponse refused(int status, const std::string& sentence)
{
    return {.status = status, .body = errorJson(sentence)};
}

HttpResponse told(const std::string& text)
{
    return {.status = 200, .body = text};
}

/// "/v2/models/a" → {"v2", "models", "a"}
std::vector<std::string> wordsOf(const std::string& path)
{
    std::vector<std::string> words;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        if (end > at)
            words.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

std::optional<std::size_t> jsonBytesOf(const HttpRequest& request)
{
    const auto found = request.headers.find("inference-header-content-length");
    if (found == request.headers.end())
        return {};
    std::size_t bytes = 0;
    const std::string& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
    if (error != std::errc() || end != text.data() + text.size())
        throw Error(ErrorCode::invalidOption, std::string(jsonLengthHeader) + " is not a number.");
    return bytes;
}

const Tensor& inputNamed(const InferRequest& request, const char* name)
{
    const auto found = std::ranges::find(request.inputs, name, &Tensor::name);
    if (found == request.inputs.end())
        throw Error(ErrorCode::invalidOption, "The input \"" + std::string(name) + "\" is missing.");
    return *found;
}

void requireShape(const Tensor& tensor, const Shape& shape)
{
    if (tensor.shape != shape)
        throw Error(ErrorCode::invalidOption, "The input \"" + tensor.name + "\" has the shape " +
                                                  textOf(tensor.shape) + " in the place of " + textOf(shape) +
                                                  ".");
}

void requireFinite(const std::vector<float>& values, const char* name)
{
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
        throw Error(ErrorCode::invalidOption,
                    "The input \"" + std::string(name) + "\" holds a value that is not finite.");
}

/// Where the model has such an input, it is read, and refused where it has not.
Evaluation evaluationOf(const ServedModel& model, const InferRequest& request, std::int64_t mostImages)
{
    const ModelMetadata metadata = metadataOf(model);
    for (const Tensor& input : request.inputs)
        if (std::ranges::find(metadata.inputs, input.name, &TensorMetadata::name) == metadata.inputs.end())
            throw Error(ErrorCode::invalidOption,
                        "The model has no input \"" + input.name.substr(0, 60) + "\".");
    for (const RequestedOutput& output : request.outputs)
        if (output.name != metadata.outputs.front().name)
            throw Error(ErrorCode::invalidOption,
                        "The model has no output \"" + output.name.substr(0, 60) + "\".");
    const Tensor& x = inputNamed(request, "x");
    Shape expected = model.image;
    expected.insert(expected.begin(), x.shape.empty() ? -1 : x.shape.front());
    requireShape(x, expected);
    const std::int64_t images = x.shape.front();
    if (images < 1 || images > mostImages)
        throw Error(ErrorCode::invalidOption,
                    "A request is of 1 to " + std::to_string(mostImages) + " images.");
    Evaluation evaluation{.shape = x.shape, .x = floatsOf(x)};
    const Tensor& t = inputNamed(request, "t");
    requireShape(t, {images});
    evaluation.t = floatsOf(t);
    requireFinite(evaluation.x, "x");
    requireFinite(evaluation.t, "t");
    if (model.classes > 0) {
        const Tensor& classes = inputNamed(request, "class");
        requireShape(classes, {images});
        evaluation.classes = wholeNumbersOf(classes);
        for (const std::int64_t label : evaluation.classes)
            if (label < 0 || label > model.classes)
                throw Error(ErrorCode::invalidOption, "A class is from 0 to " +
                                                          std::to_string(model.classes - 1) + ", or " +
                                                          std::to_string(model.classes) + " for none.");
    }
    if (model.readsPrompts) {
        const Tensor& prompts = inputNamed(request, "prompt");
        requireShape(prompts, {images});
        evaluation.prompts = textsOf(prompts);
        for (const std::string& prompt : evaluation.prompts)
            if (prompt.size() > 4096)
                throw Error(ErrorCode::invalidOption, "A prompt has at most 4096 bytes.");
    }
    return evaluation;
}

template <typename Value>
void append(std::vector<Value>& to, const std::vector<Value>& from)
{
    to.insert(to.end(), from.begin(), from.end());
}

/// Compares in a time that does not tell how much is right.
bool isSameSecret(const std::string& a, const std::string& b)
{
    unsigned difference = unsigned(a.size() ^ b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        difference |= unsigned(static_cast<unsigned char>(a[i]) ^
                               static_cast<unsigned char>(b.empty() ? '\0' : b[i % b.size()]));
    return difference == 0;
}

}  // namespace

/// Requests that wait, and the one thread that evaluates.
class ModelServer::Queue
{
public:
    Queue(std::int64_t mostImages, std::size_t mostWaiting)
        : m_mostImages(mostImages), m_mostWaiting(mostWaiting), m_thread([this] { work(); })
    {
    }

    ~Queue()
    {
        stop();
        m_thread.join();
    }

    void stop()
    {
        const std::lock_guard lock(m_mutex);
        m_isStopped = true;
        m_changed.notify_all();
    }

    /// The output; throws Error of the network. Absent where the queue is full or stopped.
    std::optional<std::vector<float>> evaluate(const ServedModel& model, Evaluation evaluation)
    {
        std::future<std::optional<std::vector<float>>> output;
        {
            const std::lock_guard lock(m_mutex);
            if (m_isStopped || m_waiting.size() >= m_mostWaiting)
                return {};
            m_waiting.push_back({&model, std::move(evaluation), {}});
            output = m_waiting.back().output.get_future();
        }
        m_changed.notify_all();
        return output.get();
    }

    Counts counts() const
    {
        const std::lock_guard lock(m_mutex);
        return m_counts;
    }

private:
    struct Item
    {
        const ServedModel* model;
        Evaluation evaluation;
        std::promise<std::optional<std::vector<float>>> output;
    };

    void work()
    {
        for (;;) {
            std::vector<Item> items;
            {
                std::unique_lock lock(m_mutex);
                m_changed.wait(lock, [this] { return m_isStopped || !m_waiting.empty(); });
                if (m_isStopped) {
                    for (Item& item : m_waiting)
                        item.output.set_value({});
                    m_waiting.clear();
                    return;
                }
                items = taken();
                m_counts.requests += items.size();
                ++m_counts.evaluations;
            }
            evaluateTogether(items);
        }
    }

    /// The first, and those of the others that can be evaluated with it.
    std::vector<Item> taken()
    {
        std::vector<Item> items;
        items.push_back(std::move(m_waiting.front()));
        m_waiting.pop_front();
        const ServedModel* model = items.front().model;
        std::int64_t images = items.front().evaluation.images();
        for (auto at = m_waiting.begin(); at != m_waiting.end();) {
            const std::int64_t more = at->evaluation.images();
            if (at->model != model || images + more > m_mostImages) {
                ++at;
                continue;
            }
            images += more;
            items.push_back(std::move(*at));
            at = m_waiting.erase(at);
        }
        return items;
    }

    static void evaluateTogether(std::vector<Item>& items)
    {
        try {
            Evaluation all = items.front().evaluation;
            for (std::size_t i = 1; i < items.size(); ++i) {
                const Evaluation& more = items[i].evaluation;
                all.shape.front() += more.images();
                append(all.x, more.x);
                append(all.t, more.t);
                append(all.classes, more.classes);
                append(all.prompts, more.prompts);
            }
            const std::vector<float> output = items.front().model->evaluate(all);
            if (output.size() != all.x.size())
                throw Error(ErrorCode::internal, "The network gave an output of another size.");
            std::vector<std::vector<float>> outputs;
            auto begin = output.begin();
            for (const Item& item : items) {
                const auto end = begin + std::ptrdiff_t(item.evaluation.x.size());
                outputs.emplace_back(begin, end);
                begin = end;
            }
            for (std::size_t i = 0; i < items.size(); ++i)
                items[i].output.set_value(std::move(outputs[i]));
        } catch (...) {
            failTogether(items);
        }
    }

    /// One of several may be to blame: each is asked alone then.
    static void failTogether(std::vector<Item>& items)
    {
        for (Item& item : items) {
            try {
                if (items.size() == 1)
                    throw;
                item.output.set_value(item.model->evaluate(item.evaluation));
            } catch (...) {
                item.output.set_exception(std::current_exception());
            }
        }
    }

    std::int64_t m_mostImages;
    std::size_t m_mostWaiting;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Item> m_waiting;
    bool m_isStopped = false;
    Counts m_counts;
    std::thread m_thread;
};

ModelMetadata metadataOf(const ServedModel& model)
{
    Shape batch = model.image;
    batch.insert(batch.begin(), -1);
    ModelMetadata metadata{.name = model.name,
                           .versions = {version},
                           .platform = model.platform,
                           .inputs = {{"x", "FP32", batch}, {"t", "FP32", {-1}}},
                           .outputs = {{"prediction", "FP32", batch}},
                           .card = model.card};
    if (model.classes > 0)
        metadata.inputs.push_back({"class", "INT64", {-1}});
    if (model.readsPrompts)
        metadata.inputs.push_back({"prompt", "BYTES", {-1}});
    return metadata;
}

ModelServer::ModelServer(std::vector<ServedModel> models, ModelServerLimits limits)
    : m_models(std::move(models)),
      m_limits(std::move(limits)),
      m_queue(std::make_unique<Queue>(m_limits.images, m_limits.waiting))
{
}

ModelServer::~ModelServer() = default;

void ModelServer::stop()
{
    m_queue->stop();
}

ModelServer::Counts ModelServer::counts() const
{
    return m_queue->counts();
}

HttpServer::Handlers ModelServer::handlers()
{
    return {.answer = [this](const HttpRequest& request) { return answer(request); },
            .authorize = [this](const HttpRequest& request) { return authorize(request); }};
}

std::optional<HttpResponse> ModelServer::authorize(const HttpRequest& request) const
{
    if (m_limits.token.empty() || request.path == "/v2/health/live" || request.path == "/v2/health/ready")
        return {};
    const auto given = request.headers.find("authorization");
    if (given != request.headers.end() && isSameSecret(given->second, "Bearer " + m_limits.token))
        return {};
    HttpResponse response =
        refused(401, "This server asks for a token, and the request has none or another.");
    response.headers["WWW-Authenticate"] = "Bearer";
    return response;
}

HttpResponse ModelServer::answer(const HttpRequest& request)
{
    try {
        return routed(request);
    } catch (const Error& error) {
        const bool isAskersFault = error.code() == ErrorCode::invalidOption;
        return refused(isAskersFault ? 400 : 500, error.what());
    } catch (const std::bad_alloc&) {
        return refused(503, "The server has no memory left for this request; try again.");
    } catch (const std::exception& error) {
        return refused(500, std::string("The server failed: ") + error.what());
    }
}

HttpResponse ModelServer::routed(const HttpRequest& request)
{
    std::vector<std::string> words = wordsOf(request.path);
    if (words.empty() || words[0] != "v2")
        return refused(404, "This server speaks version 2 of the Open Inference Protocol: ask for /v2.");
    const bool isGet = request.method == "GET";
    if (isGet && words.size() == 1)
        return told(
            "{\"name\":\"diffuscope\",\"version\":\"0.1.0\",\"extensions\":[\"binary_tensor_data\"]}");
    if (isGet && words.size() == 3 && words[1] == "health" && words[2] == "live")
        return told("{\"live\":true}");
    if (isGet && words.size() == 3 && words[1] == "health" && words[2] == "ready")
        return told("{\"ready\":true}");
    if (words.size() < 3 || words[1] != "models")
        return refused(404, "There is nothing at this path.");
    const auto model = std::ranges::find(m_models, words[2], &ServedModel::name);
    if (model == m_models.end())
        return refused(404, "There is no model of this name here.");
    words.erase(words.begin(), words.begin() + 3);
    if (words.size() >= 2 && words[0] == "versions") {
        if (words[1] != version)
            return refused(404, "The model has no such version.");
        words.erase(words.begin(), words.begin() + 2);
    }
    if (isGet && words.empty())
        return told(toJson(metadataOf(*model)));
    if (isGet && words.size() == 1 && words[0] == "ready")
        return told("{\"name\":\"" + model->name + "\",\"ready\":true}");
    if (words.size() == 1 && words[0] == "infer")
        return isGet ? refused(405, "An inference is asked for with POST.") : inferred(*model, request);
    return refused(404, "There is nothing at this path.");
}

HttpResponse ModelServer::inferred(const ServedModel& model, const HttpRequest& request)
{
    const InferRequest asked = requestOf(request.body, jsonBytesOf(request), m_limits.body);
    Evaluation evaluation = evaluationOf(model, asked, m_limits.images);
    const Shape shape = evaluation.shape;
    const auto output = m_queue->evaluate(model, std::move(evaluation));
    if (!output)
        return refused(503, "The server has too much to do; try again.");
    const InferResponse response{model.name, version, asked.id, {tensorOf("prediction", shape, *output)}};
    Body body = bodyOf(response, asked);
    HttpResponse answer{.status = 200, .body = std::move(body.bytes)};
    if (body.jsonBytes) {
        answer.headers[jsonLengthHeader] = std::to_string(*body.jsonBytes);
        answer.type = "application/octet-stream";
    }
    return answer;
}

}  // namespace diffuscope::remote
