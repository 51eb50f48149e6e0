// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/remote/tensor_json.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace diffuscope::remote::tensor_json {

namespace {

constexpr std::size_t longestName = 200;

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

}  // namespace

[[noreturn]] void refuse(const std::string& problem, const std::string& hint)
{
    throw Error(ErrorCode::invalidOption, problem, hint);
}

std::string shown(const std::string& text)
{
    std::string plain = text.substr(0, 300);
    std::ranges::replace_if(
        plain, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return plain;
}

const json& member(const json& object, const char* key, const std::string& path)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || found == object.end())
        refuse("\"" + path + "." + key + "\" is missing.");
    return *found;
}

std::string textMember(const json& object, const char* key, const std::string& path, bool isNeeded)
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

std::optional<bool> toggleOf(const json& owner, const char* key, const std::string& path)
{
    const json* value = parameterOf(owner, key, path);
    if (value && !value->is_boolean())
        refuse("\"" + path + ".parameters." + key + "\" is not true or false.");
    return value ? std::optional(value->get<bool>()) : std::nullopt;
}

namespace {

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

}  // namespace

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

}  // namespace diffuscope::remote::tensor_json
