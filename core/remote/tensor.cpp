// SPDX-License-Identifier: GPL-3.0-or-later
// Types, shapes and values of the protocol's tensors.
#include "core/remote/tensor.h"

#include "core/base/error.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace diffuscope::remote {

// Values are copied as they lie in memory.
static_assert(std::endian::native == std::endian::little);

namespace {

struct TypeInfo
{
    DataType type;
    const char* name;
    std::size_t size;
};

constexpr std::array<TypeInfo, 13> types{{{DataType::boolean, "BOOL", 1},
                                          {DataType::uint8, "UINT8", 1},
                                          {DataType::uint16, "UINT16", 2},
                                          {DataType::uint32, "UINT32", 4},
                                          {DataType::uint64, "UINT64", 8},
                                          {DataType::int8, "INT8", 1},
                                          {DataType::int16, "INT16", 2},
                                          {DataType::int32, "INT32", 4},
                                          {DataType::int64, "INT64", 8},
                                          {DataType::fp16, "FP16", 2},
                                          {DataType::fp32, "FP32", 4},
                                          {DataType::fp64, "FP64", 8},
                                          {DataType::bytes, "BYTES", 0}}};

const TypeInfo& infoOf(DataType type)
{
    return types[std::size_t(type)];
}

[[noreturn]] void refuseType(const Tensor& tensor, const char* expected)
{
    throw Error(ErrorCode::invalidOption,
                "The tensor \"" + tensor.name.substr(0, 60) + "\" is of the type " + nameOf(tensor.type) +
                    ", where " + expected + " are expected.",
                "Send another type.");
}

/// IEEE 754 binary16.
float floatOfHalf(std::uint16_t half)
{
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    double value = 0;
    if (exponent == 31)
        value = fraction == 0 ? std::numeric_limits<double>::infinity() : std::nan("");
    else if (exponent == 0)
        value = std::ldexp(fraction, -24);
    else
        value = std::ldexp(1024 + fraction, exponent - 25);
    return float(half & 0x8000 ? -value : value);
}

template <typename Stored, typename Target, typename Convert>
std::vector<Target> converted(const std::string& data, Convert convert)
{
    std::vector<Target> values(data.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, data.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = convert(stored);
    }
    return values;
}

template <typename Target>
std::vector<Target> numbersOf(const Tensor& tensor, const char* expected)
{
    const auto plain = [](auto value) { return Target(value); };
    switch (tensor.type) {
        case DataType::boolean:
        case DataType::uint8:
            return converted<std::uint8_t, Target>(tensor.data, plain);
        case DataType::uint16:
            return converted<std::uint16_t, Target>(tensor.data, plain);
        case DataType::uint32:
            return converted<std::uint32_t, Target>(tensor.data, plain);
        case DataType::uint64:
            return converted<std::uint64_t, Target>(tensor.data, plain);
        case DataType::int8:
            return converted<std::int8_t, Target>(tensor.data, plain);
        case DataType::int16:
            return converted<std::int16_t, Target>(tensor.data, plain);
        case DataType::int32:
            return converted<std::int32_t, Target>(tensor.data, plain);
        case DataType::int64:
            return converted<std::int64_t, Target>(tensor.data, plain);
        default:
            break;
    }
    if constexpr (std::is_floating_point_v<Target>) {
        if (tensor.type == DataType::fp16)
            return converted<std::uint16_t, Target>(tensor.data, floatOfHalf);
        if (tensor.type == DataType::fp32)
            return converted<float, Target>(tensor.data, plain);
        if (tensor.type == DataType::fp64)
            return converted<double, Target>(tensor.data, plain);
    }
    refuseType(tensor, expected);
}

template <typename Value>
std::string bytesOf(const std::vector<Value>& values)
{
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

}  // namespace

const char* nameOf(DataType type)
{
    return infoOf(type).name;
}

DataType typeNamed(const std::string& name)
{
    for (const TypeInfo& info : types)
        if (name == info.name)
            return info.type;
    throw Error(ErrorCode::invalidOption, "\"" + name.substr(0, 20) + "\" is no type of tensors.",
                "The Open Inference Protocol has BOOL, UINT8 … INT64, FP16, FP32, FP64 and BYTES.");
}

std::size_t sizeOf(DataType type)
{
    return infoOf(type).size;
}

std::string textOf(const Shape& shape)
{
    std::string text;
    for (const std::int64_t side : shape)
        text += (text.empty() ? "" : ", ") + std::to_string(side);
    return "[" + text + "]";
}

std::uint64_t countOf(const Shape& shape, std::uint64_t most)
{
    constexpr std::size_t mostSides = 8;
    std::uint64_t count = 1;
    bool fits = shape.size() <= mostSides;
    for (std::size_t i = 0; fits && i < shape.size(); ++i) {
        const std::int64_t side = shape[i];
        fits = side >= 0 && (side == 0 || count <= most / std::uint64_t(side));
        count *= fits ? std::uint64_t(side) : 0;
    }
    if (!fits || count > most)
        throw Error(ErrorCode::invalidOption,
                    "A tensor of the shape " +
                        textOf(Shape(shape.begin(),
                                     shape.begin() + std::ptrdiff_t(std::min(shape.size(), mostSides)))) +
                        " is not taken; at most " + std::to_string(most) + " values are.",
                    "Send fewer images at once.");
    return count;
}

Tensor tensorOf(std::string name, Shape shape, const std::vector<float>& values)
{
    return {std::move(name), DataType::fp32, std::move(shape), bytesOf(values)};
}

Tensor tensorOf(std::string name, Shape shape, const std::vector<std::int64_t>& values)
{
    return {std::move(name), DataType::int64, std::move(shape), bytesOf(values)};
}

Tensor tensorOf(std::string name, Shape shape, const std::vector<std::string>& texts)
{
    Tensor tensor{std::move(name), DataType::bytes, std::move(shape), {}};
    for (const std::string& text : texts) {
        const auto length = std::uint32_t(text.size());
        tensor.data.append(reinterpret_cast<const char*>(&length), sizeof length);
        tensor.data += text;
    }
    return tensor;
}

std::vector<float> floatsOf(const Tensor& tensor)
{
    return numbersOf<float>(tensor, "numbers");
}

std::vector<std::int64_t> wholeNumbersOf(const Tensor& tensor)
{
    return numbersOf<std::int64_t>(tensor, "whole numbers");
}

std::vector<std::string> textsOf(const Tensor& tensor)
{
    if (tensor.type != DataType::bytes)
        refuseType(tensor, "texts (BYTES)");
    std::vector<std::string> texts;
    for (std::size_t at = 0; at < tensor.data.size();) {
        std::uint32_t length = 0;
        const std::size_t left = tensor.data.size() - at;
        if (left >= sizeof length)
            std::memcpy(&length, tensor.data.data() + at, sizeof length);
        if (left < sizeof length || length > left - sizeof length)
            throw Error(ErrorCode::invalidOption,
                        "The tensor \"" + tensor.name.substr(0, 60) + "\" ends in the middle of a text.",
                        "Send each text behind its length in 4 bytes.");
        texts.push_back(tensor.data.substr(at + sizeof length, length));
        at += sizeof length + length;
    }
    return texts;
}

}  // namespace diffuscope::remote
