// SPDX-License-Identifier: GPL-3.0-or-later
// Asks a server for evaluations and believes nothing that it says before it is checked.
#include "core/remote/remote_network.h"

#include "core/base/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <future>

namespace diffuscope::remote {

namespace {

constexpr const char* scheme = "oip:";
/// A part of a batch smaller than this is not worth a request of its own.
constexpr std::int64_t leastImages = 8;

[[noreturn]] void refuseAddress(const std::string& text, const std::string& problem)
{
    throw Error(ErrorCode::invalidOption, "\"" + text.substr(0, 200) + "\" " + problem,
                "Write it as oip:http://host:port/NAME.");
}

/// The images begin … end − 1.
Evaluation partOf(const Evaluation& all, std::int64_t begin, std::int64_t end)
{
    const auto images = std::size_t(all.images());
    const auto cut = [&](const auto& values) {
        const auto each = std::ptrdiff_t(values.size() / images);
        return std::decay_t<decltype(values)>(values.begin() + begin * each, values.begin() + end * each);
    };
    Evaluation part{all.shape, cut(all.x), cut(all.t), cut(all.classes), cut(all.prompts)};
    part.shape.front() = end - begin;
    return part;
}

}  // namespace

std::string RemoteAddress::text() const
{
    return scheme + std::string("http://") + server.host + ":" + std::to_string(server.port) + "/" + name;
}

bool isRemoteAddress(const std::string& name)
{
    return name.starts_with(scheme);
}

RemoteAddress remoteAddressOf(const std::string& text)
{
    if (!isRemoteAddress(text))
        refuseAddress(text, "is no address of a served model.");
    std::string rest = text.substr(std::char_traits<char>::length(scheme));
    if (rest.starts_with("https:"))
        refuseAddress(text, "asks for https, which this program leaves to an ssh tunnel or a proxy.");
    if (!rest.starts_with("http://"))
        refuseAddress(text, "does not name an http server.");
    rest.erase(0, 7);
    const std::size_t slash = rest.find('/');
    const std::string server = rest.substr(0, slash);
    std::string path = slash == std::string::npos ? "" : rest.substr(slash + 1);
    while (path.ends_with('/'))
        path.pop_back();
    RemoteAddress address{.server = {.host = server, .port = 80}, .path = "/v2/models/" + path, .name = path};
    const bool isBracketed = server.starts_with('[');
    const std::size_t colon = isBracketed ? server.find(':', server.find(']')) : server.find(':');
    if (colon != std::string::npos) {
        address.server.host = server.substr(0, colon);
        const char* end = server.data() + server.size();
        const auto [at, error] = std::from_chars(server.data() + colon + 1, end, address.server.port);
        if (error != std::errc() || at != end || address.server.port < 1 || address.server.port > 65535)
            refuseAddress(text, "has no port from 1 to 65535 behind its colon.");
    }
    if (isBracketed && address.server.host.ends_with(']'))
        address.server.host = address.server.host.substr(1, address.server.host.size() - 2);
    const auto isPlain = [](unsigned char c) {
        return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '/';
    };
    if (address.server.host.empty() || address.server.host.size() > 255 ||
        !std::ranges::all_of(address.server.host,
                             [&](unsigned char c) { return (isPlain(c) && c != '/') || c == ':'; }))
        refuseAddress(text, "names no host.");
    if (path.empty() || path.size() > 200 || !std::ranges::all_of(path, isPlain))
        refuseAddress(text, "names no model behind the server.");
    return address;
}

struct RemoteNetwork::State
{
    RemoteAddress address;
    RemoteOptions options;
    std::vector<std::unique_ptr<HttpClient>> clients{};
    ModelMetadata metadata{};

    HttpClient& client(std::size_t k)
    {
        while (clients.size() <= k)
            clients.push_back(std::make_unique<HttpClient>(address.server, options.limits));
        return *clients[k];
    }

    [[noreturn]] void refuse(ErrorCode code, const std::string& problem, const std::string& hint) const
    {
        throw Error(code, "The model " + address.text() + " " + problem, hint);
    }

    Headers headers() const
    {
        return options.token.empty() ? Headers{} : Headers{{"authorization", "Bearer " + options.token}};
    }

    /// A server of version 1 has /v1/models/NAME and no /v2.
    bool speaksVersionOne(const std::stop_token& stop)
    {
        const std::string plain = address.name.substr(0, address.name.find('/'));
        return client(0).send({"GET", "/v1/models/" + plain, headers()}, stop).status == 200;
    }

    void requireSuccess(const HttpResponse& response, const std::stop_token& stop)
    {
        if (response.status == 200)
            return;
        const std::string words = errorOf(response.body);
        const std::string said = words.empty() ? "" : " (it says: " + words + ")";
        if (response.status == 401 || response.status == 403)
            refuse(ErrorCode::invalidOption,
                   "asks for a token" + std::string(options.token.empty() ? "." : ", and not this one."),
                   "Give the server's token.");
        if (response.status == 404 && speaksVersionOne(stop))
            refuse(ErrorCode::invalidOption,
                   "is served by version 1 of the protocol; this program speaks version 2.",
                   "Serve it with KServe's v2 protocol, Triton or OpenVINO Model Server.");
        if (response.status == 404)
            refuse(ErrorCode::missingFile, "is not known to its server" + said + ".",
                   "See which models it serves, and their names.");
        if (response.status == 503)
            refuse(ErrorCode::internal, "is busy" + said + ".", "Try again in a while.");
        refuse(ErrorCode::internal, "answered with status " + std::to_string(response.status) + said + ".",
               "See what its server has written in its log.");
    }

    void readMetadata()
    {
        const HttpResponse response = client(0).send({"GET", address.path, headers()});
        requireSuccess(response, {});
        try {
            metadata = metadataOf(response.body);
        } catch (const Error& error) {
            refuse(ErrorCode::invalidFile,
                   std::string("does not describe itself as version 2 asks: ") + error.what(),
                   "See that the address is that of an Open Inference Protocol server.");
        }
    }

    HttpRequest requestFor(const Evaluation& part) const
    {
        const RemoteNames& names = options.names;
        const std::int64_t images = part.images();
        InferRequest request{.inputs = {}, .outputs = {{names.output, true}}};
        request.inputs.push_back(tensorOf(names.x, part.shape, part.x));
        request.inputs.push_back(tensorOf(names.t, {images}, part.t));
        if (!part.classes.empty() && !names.classes.empty())
            request.inputs.push_back(tensorOf(names.classes, {images}, part.classes));
        if (!part.prompts.empty() && !names.prompt.empty())
            request.inputs.push_back(tensorOf(names.prompt, {images}, part.prompts));
        Body body = bodyOf(request, true);
        HttpRequest http{"POST", address.path + "/infer", headers(), std::move(body.bytes)};
        http.headers["content-type"] = "application/octet-stream";
        http.headers["inference-header-content-length"] = std::to_string(*body.jsonBytes);
        return http;
    }

    std::vector<float> outputOf(const HttpResponse& response, const Evaluation& part) const
    {
        std::optional<std::size_t> jsonBytes;
        if (const auto found = response.headers.find("inference-header-content-length");
            found != response.headers.end()) {
            std::size_t bytes = 0;
            const auto [end, error] =
                std::from_chars(found->second.data(), found->second.data() + found->second.size(), bytes);
            if (error != std::errc() || end != found->second.data() + found->second.size())
                refuse(ErrorCode::invalidFile, "answers with a length that is no number.",
                       "See the server's log.");
            jsonBytes = bytes;
        }
        InferResponse answer;
        try {
            // As JSON a value takes at most some 25 bytes.
            BodyLimits limits;
            limits.jsonBytes = std::max(limits.jsonBytes, (part.x.size() + 4096) * 32);
            limits.values = part.x.size();
            answer = responseOf(response.body, jsonBytes, limits);
        } catch (const Error& error) {
            refuse(ErrorCode::invalidFile,
                   std::string("answers with something else than it was asked for: ") + error.what(),
                   "See that it is the model that its card describes.");
        }
        const auto output = std::ranges::find(answer.outputs, options.names.output, &Tensor::name);
        if (output == answer.outputs.end())
            refuse(ErrorCode::invalidFile, "answers without the output \"" + options.names.output + "\".",
                   "Name its output in the card beside the address.");
        if (output->shape != part.shape)
            refuse(ErrorCode::invalidFile,
                   "answers in the shape " + textOf(output->shape) + " in the place of " +
                       textOf(part.shape) + ".",
                   "See that it is the model that its card describes.");
        std::vector<float> values;
        try {
            values = floatsOf(*output);
        } catch (const Error& error) {
            refuse(ErrorCode::invalidFile, std::string("answers with no numbers: ") + error.what(),
                   "Name its output in the card beside the address.");
        }
        if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
            refuse(ErrorCode::notFinite, "answers with NaN or infinity.", "See the model at its server.");
        return values;
    }

    std::vector<float> evaluatePart(std::size_t connection, const Evaluation& part,
                                    const std::stop_token& stop)
    {
        const HttpResponse response = clients[connection]->send(requestFor(part), stop);
        requireSuccess(response, stop);
        return outputOf(response, part);
    }
};

RemoteNetwork::RemoteNetwork(RemoteAddress address, RemoteOptions options)
    : m_state(new State{.address = std::move(address), .options = std::move(options)})
{
    m_state->readMetadata();
}

RemoteNetwork::~RemoteNetwork() = default;

const RemoteAddress& RemoteNetwork::address() const
{
    return m_state->address;
}

const ModelMetadata& RemoteNetwork::metadata() const
{
    return m_state->metadata;
}

std::vector<float> RemoteNetwork::evaluate(const Evaluation& evaluation, const std::stop_token& stop)
{
    const std::int64_t images = evaluation.images();
    const std::int64_t parts =
        std::clamp<std::int64_t>(images / leastImages, 1, std::max(1, m_state->options.connections));
    m_state->client(std::size_t(parts - 1));
    if (parts == 1)
        return m_state->evaluatePart(0, evaluation, stop);
    std::vector<std::future<std::vector<float>>> going;
    for (std::int64_t k = 0; k < parts; ++k)
        going.push_back(std::async(std::launch::async, [&, k] {
            return m_state->evaluatePart(
                std::size_t(k), partOf(evaluation, k * images / parts, (k + 1) * images / parts), stop);
        }));
    std::vector<float> output;
    for (auto& part : going) {
        const std::vector<float> values = part.get();
        output.insert(output.end(), values.begin(), values.end());
    }
    return output;
}

}  // namespace diffuscope::remote
