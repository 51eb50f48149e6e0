// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes the protocol's JSON and its binary tensors.
#include "core/remote/message.h"

#include "core/base/error.h"
#include "core/base/json_object_reader.h"
#include "core/remote/tensor_json.h"

#include <algorithm>

namespace diffuscope::remote {

namespace {

using namespace tensor_json;

/// The JSON in front, and what follows it.
struct Parts
{
    json document;
    std::string_view binary;
};

Parts partsOf(const char* what, std::string_view body, std::optional<std::size_t> jsonBytes,
              const BodyLimits& limits)
{
    const std::size_t length = jsonBytes.value_or(body.size());
    if (length > body.size())
        refuse("The " + std::string(what) + "'s JSON is said to be " + std::to_string(length) +
               " bytes long, but only " + std::to_string(body.size()) + " came.");
    if (length > limits.jsonBytes)
        refuse("The " + std::string(what) + "'s JSON is longer than " +
                   std::to_string(limits.jsonBytes >> 20) + " MiB.",
               "Send tensors in binary.");
    constexpr std::size_t deepest = 16;
    return {base::parsedStrictly(what, std::string(body.substr(0, length)), limits.jsonBytes, deepest),
            body.substr(length)};
}

Body joined(const ordered_json& document, const std::string& binary, bool hasBinary)
{
    Body body{document.dump(-1, ' ', false, json::error_handler_t::replace), {}};
    if (hasBinary)
        body.jsonBytes = body.bytes.size();
    body.bytes += binary;
    return body;
}

ordered_json listOf(const std::vector<TensorMetadata>& tensors)
{
    ordered_json list = ordered_json::array();
    for (const TensorMetadata& tensor : tensors)
        list.push_back({{"name", tensor.name}, {"datatype", tensor.type}, {"shape", tensor.shape}});
    return list;
}

std::vector<TensorMetadata> tensorsOf(const json& document, const char* key)
{
    std::vector<TensorMetadata> tensors;
    const json& list = member(document, key, "model");
    if (!list.is_array() || list.size() > 64)
        refuse(std::string("\"model.") + key + "\" is not a list of tensors.");
    for (const json& tensor : list)
        tensors.push_back({textMember(tensor, "name", key), textMember(tensor, "datatype", key),
                           shapeOf(member(tensor, "shape", key), key)});
    return tensors;
}

}  // namespace

InferRequest requestOf(std::string_view body, std::optional<std::size_t> jsonBytes, const BodyLimits& limits)
{
    const auto [document, binary] = partsOf("request", body, jsonBytes, limits);
    InferRequest request;
    request.inputs = tensorsFrom(document, "inputs", "request", binary, limits);
    request.id = textMember(document, "id", "request", false);
    request.wantsBinary = toggleOf(document, "binary_data_output", "request").value_or(false);
    const auto outputs = document.find("outputs");
    if (outputs == document.end())
        return request;
    if (!outputs->is_array() || outputs->size() > limits.tensors)
        refuse("\"request.outputs\" is not a list of outputs.");
    for (const json& output : *outputs)
        request.outputs.push_back(
            {textMember(output, "name", "outputs"), toggleOf(output, "binary_data", "outputs")});
    return request;
}

InferResponse responseOf(std::string_view body, std::optional<std::size_t> jsonBytes,
                         const BodyLimits& limits)
{
    const auto [document, binary] = partsOf("answer", body, jsonBytes, limits);
    InferResponse response;
    response.outputs = tensorsFrom(document, "outputs", "answer", binary, limits);
    response.model = textMember(document, "model_name", "answer", false);
    response.version = textMember(document, "model_version", "answer", false);
    response.id = textMember(document, "id", "answer", false);
    return response;
}

Body bodyOf(const InferRequest& request, bool isBinary)
{
    ordered_json document;
    std::string binary;
    if (!request.id.empty())
        document["id"] = request.id;
    if (request.wantsBinary)
        document["parameters"] = {{"binary_data_output", true}};
    ordered_json& inputs = document["inputs"] = ordered_json::array();
    for (const Tensor& tensor : request.inputs)
        put(tensor, isBinary, inputs, binary);
    for (const RequestedOutput& output : request.outputs) {
        ordered_json object{{"name", output.name}};
        if (output.isBinary)
            object["parameters"] = {{"binary_data", *output.isBinary}};
        document["outputs"].push_back(std::move(object));
    }
    return joined(document, binary, isBinary);
}

Body bodyOf(const InferResponse& response, const InferRequest& request)
{
    ordered_json document{{"model_name", response.model}};
    if (!response.version.empty())
        document["model_version"] = response.version;
    if (!response.id.empty())
        document["id"] = response.id;
    ordered_json& outputs = document["outputs"] = ordered_json::array();
    std::string binary;
    bool hasBinary = false;
    for (const Tensor& tensor : response.outputs) {
        const auto asked = std::ranges::find(request.outputs, tensor.name, &RequestedOutput::name);
        const bool isBinary =
            asked != request.outputs.end() && asked->isBinary ? *asked->isBinary : request.wantsBinary;
        hasBinary = hasBinary || isBinary;
        put(tensor, isBinary, outputs, binary);
    }
    return joined(document, binary, hasBinary);
}

std::string toJson(const ModelMetadata& metadata)
{
    ordered_json document{{"name", metadata.name}};
    if (!metadata.versions.empty())
        document["versions"] = metadata.versions;
    document["platform"] = metadata.platform;
    document["inputs"] = listOf(metadata.inputs);
    document["outputs"] = listOf(metadata.outputs);
    if (!metadata.card.empty())
        document["properties"] = {{"diffuscope_card", metadata.card}};
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

ModelMetadata metadataOf(std::string_view body)
{
    const json document = partsOf("model's metadata", body, {}, {}).document;
    ModelMetadata metadata{.name = textMember(document, "name", "model"),
                           .platform = textMember(document, "platform", "model", false),
                           .inputs = tensorsOf(document, "inputs"),
                           .outputs = tensorsOf(document, "outputs")};
    if (const auto versions = document.find("versions"); versions != document.end() && versions->is_array())
        for (const json& version : *versions)
            if (version.is_string())
                metadata.versions.push_back(version.get<std::string>());
    const auto properties = document.find("properties");
    if (properties != document.end() && properties->is_object() && properties->contains("diffuscope_card") &&
        (*properties)["diffuscope_card"].is_string())
        metadata.card = (*properties)["diffuscope_card"].get<std::string>();
    return metadata;
}

std::string errorJson(const std::string& sentence)
{
    return ordered_json{{"error", sentence}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string errorOf(std::string_view body)
{
    if (body.size() > std::size_t(64) << 10)
        return {};
    const json document = json::parse(body, nullptr, false);
    const auto found = document.is_object() ? document.find("error") : document.end();
    if (!document.is_object() || found == document.end() || !found->is_string())
        return {};
    return shown(found->get<std::string>());
}

}  // namespace diffuscope::remote
