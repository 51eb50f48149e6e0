// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/labelled_tensors.h"

namespace diffuscope::train {

measure::LabelledTensors toTensors(const LabelledImages& images)
{
    const auto pixels = torch::tensor(torch::ArrayRef<uint8_t>(images.pixels), torch::kUInt8);
    const auto labels = torch::tensor(torch::ArrayRef<uint8_t>(images.labels), torch::kUInt8);
    return {
        pixels.to(torch::kFloat32).div_(127.5).sub_(1.0).view({images.count, 1, images.height, images.width}),
        labels.to(torch::kInt64)};
}

}  // namespace diffuscope::train
