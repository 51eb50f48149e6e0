// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/weights.h"

#include "core/base/error.h"

#include <cstring>
#include <set>

namespace diffuscope::model::diffusers {
namespace {

using Shape = std::vector<std::int64_t>;

torch::ScalarType scalarType(base::ElementType type)
{
    switch (type) {
        case base::ElementType::f64:
            return torch::kFloat64;
        case base::ElementType::f32:
            return torch::kFloat32;
        case base::ElementType::f16:
            return torch::kFloat16;
        case base::ElementType::bf16:
            return torch::kBFloat16;
        case base::ElementType::i64:
            return torch::kInt64;
        case base::ElementType::i32:
            return torch::kInt32;
        case base::ElementType::i16:
            return torch::kInt16;
        case base::ElementType::i8:
            return torch::kInt8;
        case base::ElementType::u8:
            return torch::kUInt8;
        case base::ElementType::boolean:
            return torch::kBool;
    }
    throw Error(ErrorCode::internal, "An element type without a tensor type.");
}

Shape withoutTrailingOnes(Shape shape)
{
    while (shape.size() > 1 && shape.back() == 1)
        shape.pop_back();
    return shape;
}

/// Equal but for trailing sizes of 1: a linear layer may be stored as a convolution of one pixel, and the
/// reverse.
bool isSameLayer(const Shape& stored, const Shape& wanted)
{
    return withoutTrailingOnes(stored) == withoutTrailingOnes(wanted);
}

bool isFloating(base::ElementType type)
{
    return type == base::ElementType::f64 || type == base::ElementType::f32 ||
           type == base::ElementType::f16 || type == base::ElementType::bf16;
}

std::string firstOf(const std::vector<std::string>& names, const char* one, const char* many)
{
    if (names.size() == 1)
        return std::string(one) + names.front();
    return std::to_string(names.size()) + many + names.front();
}

}  // namespace

Tensor ListingSource::take(const std::string& name, const Shape& shape)
{
    m_expected.push_back({name, shape});
    return {};
}

std::string FitReport::sentence() const
{
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
    if (!unsupported.empty())
        add(firstOf(unsupported, "a tensor of a type that this program does not compute with: ",
                    " tensors of types that this program does not compute with, first "));
    if (!missing.empty())
        add(firstOf(missing, "a tensor is missing: ", " tensors are missing, first "));
    if (!wrongShape.empty())
        add(firstOf(wrongShape, "a tensor has another shape: ", " tensors have other shapes, first "));
    return text;
}

FitReport compareTensors(const std::vector<ExpectedTensor>& expected, const StoredWeights& stored)
{
    FitReport report;
    std::set<std::string> asked;
    for (const auto& tensor : expected) {
        asked.insert(tensor.name);
        const auto found = stored.find(tensor.name);
        if (found == stored.end()) {
            report.missing.push_back(tensor.name);
            continue;
        }
        const base::TensorEntry& entry = found->second.entry;
        if (!entry.type || !isFloating(*entry.type))
            report.unsupported.push_back(tensor.name + " (" + entry.typeName + ")");
        else if (!isSameLayer(found->second.shape(), tensor.shape))
            report.wrongShape.push_back(tensor.name + " (" + base::shapeText(found->second.shape()) +
                                        " in the file, " + base::shapeText(tensor.shape) +
                                        " by the configuration)");
    }
    for (const auto& [name, tensor] : stored)
        if (asked.count(name) == 0)
            report.unexpected.push_back(name);
    return report;
}

Tensor tensorOf(const StoredTensor& stored)
{
    const auto& [file, entry, part, parts, isTransposed] = stored;
    if (!entry.type)
        throw Error(ErrorCode::invalidFile,
                    "The tensor \"" + entry.name + "\" in " + file->path() + " has the type " +
                        entry.typeName + ", in which this program does not compute.",
                    "Take the model's float16, bfloat16 or float32 weights; quantised ones cannot be used.");
    std::byte* bytes = file->bytes(entry);
    if (bytes == nullptr && entry.end > entry.begin)
        throw Error(ErrorCode::invalidFile, file->path() + " holds a header but no weights.",
                    "Download the whole file.");
    const auto type = scalarType(*entry.type);
    const auto address = reinterpret_cast<std::uintptr_t>(bytes);
    Tensor tensor = at::from_blob(
        bytes, entry.shape, [keep = file](void*) {}, at::TensorOptions(type));
    // Files of other writers may place a tensor where its type must not lie.
    if (address % base::elementBytes(*entry.type) != 0) {
        Tensor aligned = at::empty(entry.shape, at::TensorOptions(type));
        std::memcpy(aligned.data_ptr(), bytes, entry.end - entry.begin);
        tensor = aligned;
    }
    if (isTransposed)
        tensor = tensor.t().contiguous();
    if (parts > 1)
        tensor = tensor.chunk(parts, 0)[std::size_t(part)];
    return tensor;
}

StoredSource::StoredSource(StoredWeights stored, LoadOptions options)
    : m_stored(std::move(stored)), m_options(options)
{
}

Tensor StoredSource::take(const std::string& name, const Shape& shape)
{
    m_asked.push_back({name, shape});
    const auto found = m_stored.find(name);
    if (found == m_stored.end() || !found->second.entry.type || !isFloating(*found->second.entry.type) ||
        !isSameLayer(found->second.shape(), shape))
        return {};
    Tensor tensor = tensorOf(found->second).reshape(shape);
    if (!m_options.keepsStoredType)
        tensor = tensor.to(m_options.type);
    return tensor.to(m_options.device);
}

void StoredSource::finish(const std::string& what) const
{
    const FitReport report = compareTensors(m_asked, m_stored);
    if (report.fits())
        return;
    const bool quantised = !report.unsupported.empty();
    throw Error(ErrorCode::invalidFile, "The weights of " + what + " do not fit: " + report.sentence() + ".",
                quantised
                    ? "Take the model's float16, bfloat16 or float32 weights; quantised ones cannot be used."
                    : "Take the configuration and the weights of one model.");
}

std::map<std::string, Tensor> readTensors(const std::string& path)
{
    const auto file = base::SafetensorsFile::open(path);
    std::map<std::string, Tensor> tensors;
    for (const auto& entry : file->entries())
        tensors.emplace(entry.name, tensorOf({file, entry}));
    return tensors;
}

}  // namespace diffuscope::model::diffusers
