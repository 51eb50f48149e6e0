// SPDX-License-Identifier: GPL-3.0-or-later
// The classes of components that are understood, and how a component is told by its configuration or its
// tensors.
#pragma once

#include "core/model/diffusers/weight_files.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace diffuscope::model::diffusers {

enum class ComponentKind {
    unet2d,
    unet2dCondition,
    controlNet,
    autoencoderKl,
    vqModel,
    autoencoderTiny,
    clipText,
    dit,
};

/// The class's own name, e.g. "UNet2DConditionModel".
const char* className(ComponentKind kind);

/// By `_class_name`, or by `architectures` and `model_type` of a text encoder. Throws Error(invalidFile)
/// where the configuration names a class that is not understood, or none.
ComponentKind kindOfConfig(const nlohmann::json& config, const std::string& where);

/// By the names of the tensors alone, for files without a configuration; absent where they are of no known
/// class.
std::optional<ComponentKind> kindOfTensors(const StoredWeights& tensors);

}  // namespace diffuscope::model::diffusers
