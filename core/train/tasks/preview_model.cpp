// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/preview_model.h"

#include "core/model/unet/unet_kind.h"
#include "core/model/unet/unet_model.h"

namespace diffuscope::train {

std::shared_ptr<model::Model> previewModel(const TrainingOptions& options, const model::UNet& net)
{
    model::ModelCard card;
    card.name = "network";
    card.target = options.target;
    card.vocabulary = options.vocabulary;
    for (int label = 0; label < options.network.classes; ++label)
        card.classNames.push_back(std::to_string(label));
    model::describeUNet(card, options.network);
    return std::make_shared<model::UNetModel>(std::move(card), net);
}

}  // namespace diffuscope::train
