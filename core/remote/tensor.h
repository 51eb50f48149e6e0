// SPDX-License-Identifier: GPL-3.0-or-later
// Tensors of the Open Inference Protocol: a name, a type, a shape, and the values as little-endian bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace diffuscope::remote {

/// The types of the protocol ("Tensor Data Types"); BYTES are texts of any length.
enum class DataType {
    boolean,
    uint8,
    uint16,
    uint32,
    uint64,
    int8,
    int16,
    int32,
    int64,
    fp16,
    fp32,
    fp64,
    bytes
};

/// "FP32"
const char* nameOf(DataType type);
/// Throws Error(invalidOption) for a name that the protocol does not have.
DataType typeNamed(const std::string& name);
/// Bytes of one value; 0 for BYTES.
std::size_t sizeOf(DataType type);

using Shape = std::vector<std::int64_t>;

/// "[2, 1, 28, 28]"
std::string textOf(const Shape& shape);
/// The number of values. Throws Error(invalidOption) for a negative side, more than 8 sides, and more than
/// `most` values; a shape of no sides has one.
std::uint64_t countOf(const Shape& shape, std::uint64_t most);

struct Tensor
{
    std::string name;
    DataType type = DataType::fp32;
    Shape shape;
    /// Row-major, without gaps; of BYTES each text behind its length in 4 bytes.
    std::string data;
};

Tensor tensorOf(std::string name, Shape shape, const std::vector<float>& values);
Tensor tensorOf(std::string name, Shape shape, const std::vector<std::int64_t>& values);
Tensor tensorOf(std::string name, Shape shape, const std::vector<std::string>& texts);

/// The values as floats, whatever number they are stored as; not checked for NaN. Throws
/// Error(invalidOption) for texts.
std::vector<float> floatsOf(const Tensor& tensor);
/// Throws Error(invalidOption) for a type that is no whole number.
std::vector<std::int64_t> wholeNumbersOf(const Tensor& tensor);
/// Throws Error(invalidOption) for another type than BYTES, and where a length does not fit.
std::vector<std::string> textsOf(const Tensor& tensor);

}  // namespace diffuscope::remote
