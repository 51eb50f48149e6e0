// SPDX-License-Identifier: GPL-3.0-or-later
// Pairs along a teacher's flow, made once.
#include "core/train/tasks/reflow_pairs.h"

#include "core/base/error.h"
#include "core/model/dit/dit_forward.h"
#include "core/model/safetensors.h"
#include "core/train/data/counter_random.h"
#include "core/train/tasks/flow_path.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace diffuscope::train {
namespace {

constexpr int64_t pairsAtOnce = 64;

/// What pairs in a file were made with.
std::string descriptionOf(uint64_t seed, int64_t count, int steps, const model::DitConfig& config)
{
    return std::to_string(seed) + " " + std::to_string(count) + " " + std::to_string(steps) + " " +
           std::to_string(config.imageHeight) + "x" + std::to_string(config.imageWidth);
}

torch::Tensor classesInTurn(int64_t count, int classes)
{
    return torch::arange(count) % std::max(1, classes);
}

}  // namespace

void fillPairNoise(uint64_t seed, uint64_t pair, float* values, int64_t count)
{
    CounterRandom(seed, RandomStream::Pair, pair).fillNormal(values, count);
}

ReflowPairs reflowPairs(model::Dit& teacher, int levels, uint64_t seed, int64_t count, int steps,
                        const std::string& file, const std::function<void(int64_t done)>& onProgress)
{
    const auto& config = teacher->config();
    const std::string description = descriptionOf(seed, count, steps, config);
    const std::vector<int64_t> shape{count, config.imageChannels, config.imageHeight, config.imageWidth};
    if (std::filesystem::exists(file)) {
        auto kept = model::readSafetensors(file);
        const auto found = kept.tensors.find("images");
        if (kept.metadata["pairs"] == description && found != kept.tensors.end() &&
            found->second.sizes() == at::IntArrayRef(shape))
            return {found->second.to(torch::kFloat32), classesInTurn(count, config.classes)};
    }
    std::error_code ignored;  // a folder that cannot be made shows when the file is written
    std::filesystem::create_directories(std::filesystem::path(file).parent_path(), ignored);
    ReflowPairs pairs{torch::empty(shape), classesInTurn(count, config.classes)};
    model::DitForward forward(teacher, 1);
    const int64_t values = pairs.images.stride(0);
    for (int64_t first = 0; first < count; first += pairsAtOnce) {
        const int64_t last = std::min(first + pairsAtOnce, count), size = last - first;
        auto noise = torch::empty({size, config.imageChannels, config.imageHeight, config.imageWidth});
        for (int64_t k = 0; k < size; ++k)
            fillPairNoise(seed, static_cast<uint64_t>(first + k), noise.data_ptr<float>() + k * values,
                          values);
        const auto ids = pairs.classIds.slice(0, first, last);
        const auto made =
            followFlow([&](const torch::Tensor& x, double u,
                           double) { return forward.forward(x, torch::full({size}, u * levels - 1.0), ids); },
                       noise, steps);
        pairs.images.slice(0, first, last).copy_(made);
        if (onProgress)
            onProgress(last);
    }
    model::writeSafetensors(file, {{"images", pairs.images}}, {{"pairs", description}});
    return pairs;
}

}  // namespace diffuscope::train
