// SPDX-License-Identifier: GPL-3.0-or-later
// A network in training as a model, so that it can be sampled.
#pragma once

#include "core/model/unet/unet.h"
#include "core/train/loop/training_options.h"

#include <memory>

namespace diffuscope::model {
class Model;
}

namespace diffuscope::train {

/// Shares the network's weights, and leaves it as it is.
std::shared_ptr<model::Model> previewModel(const TrainingOptions& options, const model::UNet& net);

}  // namespace diffuscope::train
