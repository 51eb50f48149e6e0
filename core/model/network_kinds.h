// SPDX-License-Identifier: GPL-3.0-or-later
// The kinds of network that a model folder (model.json, model.safetensors) can hold. A new kind is one line
// here.
#pragma once

#include "core/base/json_fields.h"
#include "core/model/model_card.h"

#include <memory>
#include <string>
#include <vector>

namespace diffuscope::model {

class Model;

struct NetworkKind
{
    std::string type;  ///< as in model.json, "architecture": {"type": "unet", …}
    /// Reads and checks the "architecture" object, and writes into the card what follows from it: network,
    /// architecture, space, mostWords, and, where it is 0, parameterCount. Throws Error(invalidFile).
    void (*describe)(ModelCard& card, const base::JsonFields& architecture);
    /// One line for people on the network of a card of this kind, without its number of parameters.
    std::string (*summary)(const ModelCard& card);
    /// The network of a card of this kind, with random weights from LibTorch's generator, in evaluation mode.
    std::unique_ptr<Model> (*make)(ModelCard card);
};

/// Every kind, the U-Net first.
const std::vector<NetworkKind>& networkKinds();

/// The kind of this type; null where there is none.
const NetworkKind* findNetworkKind(const std::string& type);

}  // namespace diffuscope::model
