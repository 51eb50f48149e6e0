// A trained model as a folder: model.json and model.safetensors.
#pragma once

#include "core/model/model_card.h"
#include "core/model/unet/unet.h"

#include <string>

namespace diffuscope::model {

struct LoadedModel
{
    ModelCard card;
    UNet net;  ///< on the CPU, in float32, in evaluation mode
};

/// Reads and checks both files of the folder. Throws Error that names the file, the field or tensor, and what
/// to do.
LoadedModel loadModel(const std::string& folder);

/// Writes both files, creating the folder. Throws Error(writeFailed).
void saveModel(const std::string& folder, const ModelCard& card, const UNet& net);

}  // namespace diffuscope::model
