// SPDX-License-Identifier: GPL-3.0-or-later
// Makes runs of trained models from recipes. No torch in here.
#pragma once

#include "core/run/run.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::edit {
class PictureStore;
}

namespace diffuscope::run {

/// How a model's network is computed here.
struct Computation
{
    std::string precision;  ///< "float32" or "bfloat16"
    std::string reason;     ///< why, in half a sentence
    /// Why the network is evaluated module by module, which is slower; empty where it is not.
    std::string notice;

    bool operator==(const Computation&) const = default;
};

/// What a user of the factory allows and asks for.
struct RunLimits
{
    int maximumBatch = 64;
    std::size_t recordBytes = record::MemoryBudget::defaultBytes;  ///< see record::MemoryBudget
    int threads = 0;                                               ///< 0: one per core
    /// "cpu", "cuda", or "auto": the GPU if LibTorch finds one.
    std::string device = "auto";
    /// "float32", "bfloat16" (of the convolutions: faster where the processor multiplies it, and a little
    /// different), "auto": bfloat16 where it was measured to be faster on the model itself, or "float64": the
    /// sampler and exact models compute in it, networks in float32.
    std::string precision = "float32";
    /// Told how the network of a run is computed, before its first evaluation, on the factory's thread: once,
    /// and again where that is otherwise for another model. May be empty.
    std::function<void(const Computation&)> onComputation{};
    /// Where the pictures are that recipes name; null for none.
    std::shared_ptr<const edit::PictureStore> pictures{};
};

/// Loads each model once, and again when its files have changed. One thread uses one factory and its runs.
class ModelRunFactory final : public RunFactory
{
public:
    /// `modelFolders`: see catalog::modelFolders(). Throws Error(invalidOption) for an unknown device.
    explicit ModelRunFactory(std::vector<std::filesystem::path> modelFolders, RunLimits limits = {});
    ~ModelRunFactory() override;

    /// Throws Error: missingFile and invalidFile for the model, invalidOption for everything else in the
    /// recipe, before any network evaluation. Recipe::model is a model's id, or the path of its folder.
    std::unique_ptr<Run> start(const recipe::Recipe& recipe) override;

    std::unique_ptr<Run> startPart(const recipe::Recipe& recipe, int firstImage) override;

    std::unique_ptr<Run> startFrom(const recipe::Recipe& recipe, const RunStart& start) override;

    std::unique_ptr<Evaluator> open(const recipe::Recipe& recipe) override;

    /// How the network of the last run that was started is computed.
    const Computation& computation() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

}  // namespace diffuscope::run
