// SPDX-License-Identifier: GPL-3.0-or-later
// The tensors of a folder of golden values, and the comparison with them.
#pragma once

#include "core/verify/model_cases.h"

#include <torch/types.h>

#include <nlohmann/json.hpp>

#include <map>
#include <optional>

namespace diffuscope::verify {

using torch::Tensor;

/// golden.json and golden.safetensors.
struct GoldenFolder
{
    std::filesystem::path folder;
    nlohmann::json description;
    std::map<std::string, Tensor> tensors;

    bool has(const std::string& name) const { return tensors.count(name) > 0; }
    /// Throws Error(invalidFile) where it is not there.
    Tensor at(const std::string& name) const;
    /// CASE.in.NAME, of the first case where this one has none of its own; undefined where neither has.
    Tensor input(const std::string& caseName, const std::string& name) const;
};

/// Whether the README's bounds hold: one evaluation within 1e-5, a whole run within 1e-4, both of max(1,
/// largest value).
constexpr double evaluationTolerance = 1e-5;
constexpr double runTolerance = 1e-4;

class CaseComparison
{
public:
    explicit CaseComparison(double tolerance) : m_tolerance(tolerance) {}
    void add(const std::string& name, const Tensor& own, const Tensor& expected);
    /// Something other than a tensor that must hold.
    void require(bool holds, const std::string& what);
    /// Fills in the error, the tolerance and the verdict.
    void finish(ModelReport& report) const;

private:
    double m_tolerance;
    double m_error = 0;
    double m_allowed = 0;
    double m_worst = -1;  ///< error over what is allowed
    int m_compared = 0;
    std::string m_worstName;
    std::string m_failure;
};

using CaseReporter = std::function<void(const ModelReport&)>;

/// The kinds of folders; each reports all its cases.
void verifyComponentCase(const GoldenFolder& golden, const nlohmann::json& entry, ModelReport& report);
void verifyTokenizer(const GoldenFolder& golden, const CaseReporter& report);
void verifyLoraCase(const GoldenFolder& golden, const nlohmann::json& entry, ModelReport& report);
void verifyPipeline(const GoldenFolder& golden, const CaseReporter& report);
/// A run with one sampler, of a folder without prompts: "loop" of a latent model.
void verifyLoopCase(const GoldenFolder& golden, const nlohmann::json& entry, ModelReport& report);

/// The component of a name ("unet", "vae") in a folder: its own sub-folder, or the folder "model", or the
/// folder itself.
std::filesystem::path componentFolder(const std::filesystem::path& folder, const std::string& name);

}  // namespace diffuscope::verify
