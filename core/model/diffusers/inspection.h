// SPDX-License-Identifier: GPL-3.0-or-later
// What a folder or file of another program's model holds, in words. No torch in here.
#pragma once

#include <filesystem>
#include <string>

namespace diffuscope::model::diffusers {

/// Whether the path is a model of the diffusers or the latent diffusion layout rather than one of this
/// program's own: a folder with model_index.json or config.json, a checkpoint by its name, or a .safetensors
/// file whose tensors have the names of such a model. Reads headers alone; throws what opening a damaged file
/// throws.
bool isOtherModel(const std::filesystem::path& path);

/// Parts, tensors, parameters, schedule, target, memory, and what does not fit; several lines. Throws Error
/// where the path holds no model.
std::string inspectionText(const std::filesystem::path& path);

/// Whether all parts can be used.
bool isUsable(const std::filesystem::path& path);

}  // namespace diffuscope::model::diffusers
