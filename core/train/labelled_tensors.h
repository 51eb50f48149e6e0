// A labelled data set as tensors.
#pragma once

#include "core/train/idx.h"

#include <torch/torch.h>

namespace diffuscope::train {

struct LabelledTensors
{
    torch::Tensor images;  ///< [N, 1, H, W] float32 in [-1, 1]
    torch::Tensor labels;  ///< [N] int64
};

LabelledTensors toTensors(const LabelledImages& images);

}  // namespace diffuscope::train
