// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/named_weights.h"

#include "core/base/error.h"

#include <sstream>

namespace diffuscope::model {
namespace {

[[noreturn]] void refuseWeights(const std::string& path, const std::string& tensor, const std::string& reason)
{
    throw Error(
        ErrorCode::invalidFile,
        path + " does not fit its model: the tensor \"" + tensor.substr(0, 100) + "\" " + reason + ".",
        "Take model.json and model.safetensors from the same place.");
}

std::string describe(torch::IntArrayRef shape)
{
    std::ostringstream text;
    text << shape;
    return text.str();
}

}  // namespace

std::vector<std::pair<std::string, torch::Tensor>> namedWeights(const torch::nn::Module& module)
{
    std::vector<std::pair<std::string, torch::Tensor>> weights;
    for (const auto& item : module.named_parameters())
        weights.emplace_back(item.key(), item.value().detach());
    return weights;
}

void assignWeights(torch::nn::Module& module, const TensorFile& file, const std::string& path)
{
    torch::NoGradGuard noGrad;
    const auto parameters = module.named_parameters();
    for (const auto& [name, tensor] : file.tensors)
        if (!parameters.contains(name))
            refuseWeights(path, name, "is not one of the network's");
    for (const auto& item : parameters) {
        const auto found = file.tensors.find(item.key());
        if (found == file.tensors.end())
            refuseWeights(path, item.key(), "is missing");
        const torch::Tensor& tensor = found->second;
        if (tensor.sizes() != item.value().sizes()) {
            refuseWeights(path, item.key(),
                          "has the shape " + describe(tensor.sizes()) + " where the network needs " +
                              describe(item.value().sizes()));
        }
        if (!tensor.is_floating_point())
            refuseWeights(path, item.key(), "holds whole numbers where the network needs real ones");
        if (!torch::isfinite(tensor.to(torch::kFloat32)).all().item<bool>())
            refuseWeights(path, item.key(), "holds a value that is not a finite number");
        torch::Tensor target = item.value();
        target.copy_(tensor);
    }
}

}  // namespace diffuscope::model
