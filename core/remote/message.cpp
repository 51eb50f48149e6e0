// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes the protocol's JSON and its binary tensors.
#include "core/remote/message.h"

#include "core/base/error.h"
#include "core/base/json_object_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace diffuscope::remote {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t longestName = 200;

[[noreturn]] void refuse(const std::string& problem, const std::string& hint = "See docs/remote.md.")
{
    throw Error(ErrorCode::invalidOption, problem, hint);
}

/// A text as it may be shown: short, without control characters.
std::string shown(const std::string& text)
{
    std::string plain = text.substr(0, 300);
    std::ranges::replace_if(
        plain, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return plain;
}

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

const json& member(const json& object, const char* key, const std::string& path)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || found == object.end())
        refuse("\"" + path + "." + key + "\" is missing.");
    return *found;
}

std::string textMember(const json& object, const char* key, const std::string& path, bool isNeeded = true)
{
    if (!isNeeded && !object.contains(key))
        return {};
    const json& value = member(object, key, path);
    if (!value.is_string() || value.get_ref<const std::string&>().size() > longestName)
        refuse("\"" + path + "." + key + "\" is not a text of at most " + std::to_string(longestName) +
               " bytes.");
    return value.get<std::string>();
}

Shape shapeOf(const json& list, const std::string& path)
{
    Shape shape;
    constexpr std::size_t mostSides = 8;
    const bool isList = list.is_array() && list.size() <= mostSides;
    for (std::size_t i = 0; isList && i < list.size(); ++i)
        if (list[i].is_number_integer() &&
            (!list[i].is_number_unsigned() || list[i].get<std::uint64_t>() <= std::uint64_t(1) << 62))
            shape.push_back(list[i].get<std::int64_t>());
    if (!isList || shape.size() != list.size())
        refuse("\"" + path + ".shape\" is not a list of at most " + std::to_string(mostSides) +
               " whole numbers.");
    return shape;
}

/// The value of a parameter; null where there is none.
const json* parameterOf(const json& owner, const char* key, const std::string& path)
{
    const auto parameters = owner.find("parameters");
    if (parameters == owner.end())
        return nullptr;
    if (!parameters->is_object())
        refuse("\"" + path + ".parameters\" is not an object.");
    const auto found = parameters->find(key);
    return found == parameters->end() ? nullptr : &*found;
}

std::optional<bool> toggleOf(const json& owner, const char* key, const std::string& path)
{
    const json* value = parameterOf(owner, key, path);
    if (value && !value->is_boolean())
        refuse("\"" + path + ".parameters." + key + "\" is not true or false.");
    return value ? std::optional(value->get<bool>()) : std::nullopt;
}

/// Values as JSON, in one list or in lists within each other, appended in the type of the tensor.
class JsonValues
{
public:
    JsonValues(Tensor& tensor, std::uint64_t count, const std::string& path)
        : m_tensor(tensor), m_count(count), m_path(path)
    {
    }

    void take(const json& value)
    {
        if (value.is_array()) {
            for (const json& part : value)
                take(part);
            return;
        }
        if (++m_taken > m_count)
            refuseCount();
        takeOne(value);
    }

    void finish() const
    {
        if (m_taken != m_count)
            refuseCount();
    }

private:
    [[noreturn]] void refuseCount() const
    {
        refuse("\"" + m_path + ".data\" has " + (m_taken > m_count ? "more" : "fewer") + " values than the " +
               std::to_string(m_count) + " of its shape " + textOf(m_tensor.shape) + ".");
    }
    [[noreturn]] void refuseValue() const
    {
        refuse("\"" + m_path + ".data\" holds a value that is no " + nameOf(m_tensor.type) + ".");
    }

    template <typename Value>
    void put(Value value)
    {
        m_tensor.data.append(reinterpret_cast<const char*>(&value), sizeof value);
    }

    template <typename Whole>
    void putWhole(const json& value)
    {
        const bool fits =
            value.is_number_unsigned()
                ? value.get<std::uint64_t>() <= std::uint64_t(std::numeric_limits<Whole>::max())
                : value.is_number_integer() && std::is_signed_v<Whole> &&
                      value.get<std::int64_t>() >= std::int64_t(std::numeric_limits<Whole>::min()) &&
                      value.get<std::int64_t>() <= std::int64_t(std::numeric_limits<Whole>::max());
        if (!fits)
            refuseValue();
        put(value.get<Whole>());
    }

    void takeOne(const json& value)
    {
        switch (m_tensor.type) {
            case DataType::boolean:
                if (!value.is_boolean())
                    refuseValue();
                return put(std::uint8_t(value.get<bool>()));
            case DataType::uint8:
                return putWhole<std::uint8_t>(value);
            case DataType::uint16:
                return putWhole<std::uint16_t>(value);
            case DataType::uint32:
                return putWhole<std::uint32_t>(value);
            case DataType::uint64:
                return putWhole<std::uint64_t>(value);
            case DataType::int8:
                return putWhole<std::int8_t>(value);
            case DataType::int16:
                return putWhole<std::int16_t>(value);
            case DataType::int32:
                return putWhole<std::int32_t>(value);
            case DataType::int64:
                return putWhole<std::int64_t>(value);
            case DataType::bytes:
                if (!value.is_string())
                    refuseValue();
                put(std::uint32_t(value.get_ref<const std::string&>().size()));
                m_tensor.data += value.get_ref<const std::string&>();
                return;
            case DataType::fp16:
                // The extension's own words: JSON has no 16-bit floats.
                refuse("\"" + m_path + "\" is FP16, which is sent in binary alone.");
            case DataType::fp32:
            case DataType::fp64:
                break;
        }
        if (!value.is_number())
            refuseValue();
        if (m_tensor.type == DataType::fp64)
            return put(value.get<double>());
        put(value.get<float>());
    }

    Tensor& m_tensor;
    std::uint64_t m_count, m_taken = 0;
    const std::string& m_path;
};

/// The tensor with its data: out of the JSON, or the next of the binary ones.
Tensor tensorFrom(const json& object, const std::string& path, std::string_view& binary,
                  const BodyLimits& limits)
{
    Tensor tensor{textMember(object, "name", path),
                  typeNamed(textMember(object, "datatype", path)),
                  shapeOf(member(object, "shape", path), path),
                  {}};
    const std::uint64_t count = countOf(tensor.shape, limits.values);
    const json* size = parameterOf(object, "binary_data_size", path);
    if (!size) {
        const json& data = member(object, "data", path);
        if (!data.is_array())
            refuse("\"" + path + ".data\" is not a list.");
        JsonValues values(tensor, count, path);
        values.take(data);
        values.finish();
        return tensor;
    }
    if (!size->is_number_unsigned())
        refuse("\"" + path + ".parameters.binary_data_size\" is not a whole number.");
    const auto bytes = size->get<std::uint64_t>();
    const bool fits = tensor.type == DataType::bytes || bytes == count * sizeOf(tensor.type);
    if (!fits)
        refuse("\"" + path + "\" has " + std::to_string(bytes) + " bytes of data, but its shape " +
               textOf(tensor.shape) + " of " + nameOf(tensor.type) + " needs " +
               std::to_string(count * sizeOf(tensor.type)) + ".");
    if (bytes > binary.size())
        refuse("\"" + path + "\" is said to have " + std::to_string(bytes) + " bytes of data, but only " +
               std::to_string(binary.size()) + " are left.");
    tensor.data = std::string(binary.substr(0, std::size_t(bytes)));
    binary.remove_prefix(std::size_t(bytes));
    if (tensor.type == DataType::bytes && textsOf(tensor).size() != count)
        refuse("\"" + path + "\" has another number of texts than its shape " + textOf(tensor.shape) + ".");
    return tensor;
}

std::vector<Tensor> tensorsFrom(const json& document, const char* key, const char* what,
                                std::string_view binary, const BodyLimits& limits)
{
    const json& list = member(document, key, what);
    if (!list.is_array() || list.empty() || list.size() > limits.tensors)
        refuse("\"" + std::string(what) + "." + key + "\" is not a list of 1 to " +
               std::to_string(limits.tensors) + " tensors.");
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < list.size(); ++i) {
        tensors.push_back(
            tensorFrom(list[i], std::string(key) + "[" + std::to_string(i) + "]", binary, limits));
        const auto isSame = [&](const Tensor& other) { return other.name == tensors.back().name; };
        if (std::ranges::count_if(tensors, isSame) > 1)
            refuse("\"" + std::string(key) + "\" holds \"" + shown(tensors.back().name) + "\" twice.");
    }
    if (!binary.empty())
        refuse(std::to_string(binary.size()) + " bytes follow behind the last tensor.");
    return tensors;
}

ordered_json jsonData(const Tensor& tensor)
{
    if (tensor.type == DataType::bytes)
        return textsOf(tensor);
    if (tensor.type == DataType::boolean) {
        ordered_json list = ordered_json::array();
        for (const char value : tensor.data)
            list.push_back(value != 0);
        return list;
    }
    if (tensor.type == DataType::fp64) {
        std::vector<double> values(tensor.data.size() / sizeof(double));
        std::memcpy(values.data(), tensor.data.data(), values.size() * sizeof(double));
        return values;
    }
    if (tensor.type != DataType::fp32 && tensor.type != DataType::fp16)
        return tensor.type == DataType::uint64 ? ordered_json([&] {
            std::vector<std::uint64_t> values(tensor.data.size() / 8);
            std::memcpy(values.data(), tensor.data.data(), values.size() * 8);
            return values;
        }())
                                               : ordered_json(wholeNumbersOf(tensor));
    const std::vector<float> values = floatsOf(tensor);
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
        throw Error(ErrorCode::notFinite,
                    "The tensor \"" + tensor.name + "\" holds a value that is not finite.",
                    "Ask for binary tensors.");
    return values;
}

void put(const Tensor& tensor, bool isBinary, ordered_json& list, std::string& binary)
{
    ordered_json object{{"name", tensor.name}, {"shape", tensor.shape}, {"datatype", nameOf(tensor.type)}};
    if (isBinary) {
        object["parameters"] = {{"binary_data_size", tensor.data.size()}};
        binary += tensor.data;
    } else {
        object["data"] = jsonData(tensor);
    }
    list.push_back(std::move(object));
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
