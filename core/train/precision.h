// Chooses the device of a training, and the arithmetic of its convolutions.
#pragma once

#include "core/network/precision.h"

#include <torch/types.h>

namespace diffuscope::train {

/// The first GPU where LibTorch has one, else the processor.
torch::Device bestDevice();

using network::choosePrecision;

}  // namespace diffuscope::train
