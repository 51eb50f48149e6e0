// SPDX-License-Identifier: GPL-3.0-or-later
// A trained model as a folder: model.json and model.safetensors.
#pragma once

#include "core/model/model.h"
#include "core/model/model_loader.h"

#include <torch/nn/module.h>

#include <memory>
#include <string>

namespace diffuscope::model {

/// Reads and checks both files of the folder. Throws Error that names the file, the field or tensor, and what
/// to do.
std::unique_ptr<Model> loadModelFolder(const std::string& folder);

/// Writes both files, creating the folder. Throws Error(writeFailed).
void saveModel(const std::string& folder, const ModelCard& card, const torch::nn::Module& network);

/// Folders that hold model.json or model.safetensors.
ModelLoader folderLoader();

}  // namespace diffuscope::model
