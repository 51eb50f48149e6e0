// SPDX-License-Identifier: GPL-3.0-or-later
// Points as tensors in files.
#include "app/cli/point_table.h"
#include "core/base/error.h"
#include "core/model/exact/point_file.h"
#include "core/model/safetensors.h"

#include <torch/types.h>

namespace diffuscope::cli {
namespace {

torch::Tensor tensorOf(const std::vector<double>& values, std::int64_t dimensions)
{
    return torch::tensor(torch::ArrayRef<double>(values), torch::kDouble).view({-1, dimensions});
}

}  // namespace

model::PointSet readPointTensors(const std::string& path)
{
    if (!path.ends_with(".safetensors"))
        return model::readPoints(path);
    const model::TensorFile file = model::readSafetensors(path);
    const auto found = file.tensors.find("samples");
    if (found == file.tensors.end())
        throw Error(ErrorCode::invalidFile, path + " holds no tensor \"samples\".",
                    "Write it with diffuscope-cli sample --model exact:... --tensors.");
    const torch::Tensor samples = found->second.to(torch::kDouble).contiguous();
    const bool fits = samples.dim() == 2 && samples.size(1) >= 1 && samples.size(1) <= 2 &&
                      samples.size(0) <= std::int64_t(model::mostPoints);
    if (!fits)
        throw Error(ErrorCode::invalidFile, "The tensor \"samples\" of " + path + " is not [N, 1] or [N, 2].",
                    "Give points of a line or of the plane, at most a million.");
    model::PointSet points{.dimensions = int(samples.size(1)), .values = {}, .labels = {}};
    points.values.assign(samples.data_ptr<double>(), samples.data_ptr<double>() + samples.numel());
    points.labels.assign(std::size_t(samples.size(0)), -1);
    return points;
}

void writePointTensors(const std::string& path, const PointTensors& tensors, bool isDouble)
{
    const auto type = isDouble ? torch::kDouble : torch::kFloat;
    const auto stacked = [&](const std::vector<std::vector<double>>& frames) {
        std::vector<torch::Tensor> parts;
        for (const auto& frame : frames)
            if (!frame.empty())
                parts.push_back(tensorOf(frame, tensors.dimensions).to(type));
        return torch::stack(parts);
    };
    std::vector<std::pair<std::string, torch::Tensor>> entries{
        {"samples", tensorOf(tensors.samples, tensors.dimensions).to(type)}};
    if (!tensors.states.empty())
        entries.emplace_back("x_t", stacked(tensors.states));
    if (!tensors.x0Hats.empty())
        entries.emplace_back("x0_hat", stacked(tensors.x0Hats));
    model::writeSafetensors(path, entries, {{"format", "pt"}, {"recipe", tensors.recipe}});
}

}  // namespace diffuscope::cli
