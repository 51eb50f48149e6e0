// SPDX-License-Identifier: GPL-3.0-or-later
// Where the layers of a network get their tensors from, by name and shape; listing a network and loading it
// are one walk over the same constructors.
#pragma once

#include "core/model/diffusers/weight_files.h"

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

namespace diffuscope::model::diffusers {

using torch::Tensor;

class WeightSource
{
public:
    virtual ~WeightSource() = default;
    /// The tensor of this name and shape; undefined where a source only lists, or lacks it.
    virtual Tensor take(const std::string& name, const std::vector<std::int64_t>& shape) = 0;
};

/// A source seen from one layer: names are relative to it.
class Weights
{
public:
    explicit Weights(WeightSource& source, std::string prefix = {})
        : m_source(&source), m_prefix(std::move(prefix))
    {
    }
    /// The scope of a child, e.g. weights["resnets"][0].
    Weights operator[](const std::string& child) const { return Weights(*m_source, name(child)); }
    Weights operator[](const char* child) const { return (*this)[std::string(child)]; }
    Weights operator[](std::size_t child) const { return (*this)[std::to_string(child)]; }
    Tensor take(const std::string& leaf, const std::vector<std::int64_t>& shape) const
    {
        return m_source->take(name(leaf), shape);
    }

private:
    std::string name(const std::string& child) const
    {
        return m_prefix.empty() ? child : m_prefix + "." + child;
    }

    WeightSource* m_source;
    std::string m_prefix;
};

struct ExpectedTensor
{
    std::string name;
    std::vector<std::int64_t> shape;
};

/// Writes down what a network asks for.
class ListingSource final : public WeightSource
{
public:
    Tensor take(const std::string& name, const std::vector<std::int64_t>& shape) override;
    const std::vector<ExpectedTensor>& expected() const { return m_expected; }

private:
    std::vector<ExpectedTensor> m_expected;
};

/// What does not fit between a network and its files.
struct FitReport
{
    std::vector<std::string> missing;
    std::vector<std::string> wrongShape;   ///< each with both shapes
    std::vector<std::string> unsupported;  ///< each with its type
    std::vector<std::string> unexpected;

    bool fits() const { return missing.empty() && wrongShape.empty() && unsupported.empty(); }
    /// One sentence with the first of each kind; empty where all fits.
    std::string sentence() const;
};

/// Compares without reading a weight.
FitReport compareTensors(const std::vector<ExpectedTensor>& expected, const StoredWeights& stored);

struct LoadOptions
{
    torch::ScalarType type = torch::kFloat32;  ///< in which the network computes
    torch::Device device = torch::kCPU;
    /// Weights of another type than `type` stay as they are in the file, and each layer converts its own
    /// while it computes: less memory, more time.
    bool keepsStoredType = false;
};

/// Tensors of mapped files: of the type of the computation they are the file's own memory, otherwise one
/// converted copy.
class StoredSource final : public WeightSource
{
public:
    StoredSource(StoredWeights stored, LoadOptions options);
    Tensor take(const std::string& name, const std::vector<std::int64_t>& shape) override;
    /// Call after the network was built. Throws Error(invalidFile) naming what is missing or does not fit.
    void finish(const std::string& what) const;

private:
    StoredWeights m_stored;
    LoadOptions m_options;
    std::vector<ExpectedTensor> m_asked;
};

/// The stored tensor itself, in the file's memory and type. Throws Error for types that are not computed
/// with, and for files without data.
Tensor tensorOf(const StoredTensor& stored);

/// A whole file's tensors by name, in the types of the file.
std::map<std::string, Tensor> readTensors(const std::string& path);

}  // namespace diffuscope::model::diffusers
