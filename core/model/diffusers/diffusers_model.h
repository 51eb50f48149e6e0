// SPDX-License-Identifier: GPL-3.0-or-later
// Models of other programs as models of this one: a loader for folders of the diffusers layout and for
// single-file checkpoints. No torch in here.
#pragma once

#include "core/model/model_loader.h"

namespace diffuscope::model {

/// Accepts a folder with model_index.json or config.json, and a .safetensors file, and checkpoints that are
/// refused with the reason (.ckpt, .bin, .pt, .pth).
ModelLoader diffusersLoader();

}  // namespace diffuscope::model
