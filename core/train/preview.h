#pragma once
#include "core/network/unet.h"

#include <string>
#include <vector>
namespace diffuscope::train {
torch::Tensor quickDdim(network::UNet& net, const std::vector<double>& alphaBar, const std::string& target,
                        torch::Tensor x, torch::Tensor classIds, double guidance, int steps);
void writeSamplePreview(network::UNet& net, const std::vector<double>& alphaBar, const std::string& target,
                        uint64_t seed, const std::string& path);
}  // namespace diffuscope::train
