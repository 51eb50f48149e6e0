// SPDX-License-Identifier: GPL-3.0-or-later
// The modules of a U-Net in a model folder, for tests of the network itself.
#pragma once

#include "core/model/checkpoint.h"
#include "core/model/unet/unet_kind.h"
#include "core/model/unet/unet_model.h"

#include <memory>
#include <string>

namespace diffuscope::test {

inline model::UNet loadedUNet(const std::string& folder)
{
    const std::unique_ptr<model::Model> model = model::loadModelFolder(folder);
    return dynamic_cast<model::UNetModel&>(*model).net();
}

/// A network with these weights as a model, for what takes one.
inline std::shared_ptr<model::Model> modelOf(const model::UNet& net)
{
    model::ModelCard card;
    card.name = "network";
    for (int label = 0; label < net->config().classes; ++label)
        card.classNames.push_back(std::to_string(label));
    model::describeUNet(card, net->config());
    return std::make_shared<model::UNetModel>(std::move(card), net);
}

}  // namespace diffuscope::test
