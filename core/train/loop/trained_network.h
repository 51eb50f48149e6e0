// SPDX-License-Identifier: GPL-3.0-or-later
// The network of a finished (or interrupted) training, whatever its kind, for a model folder.
#pragma once

#include "core/model/model_card.h"
#include "core/train/loop/training_options.h"

#include <torch/nn/module.h>

#include <memory>
#include <optional>
#include <string>

namespace diffuscope::train {

struct TrainedNetwork
{
    std::shared_ptr<torch::nn::Module> network;  ///< with averaged weights; of a rival the generator alone
    std::int64_t stepsDone = 0;
};

/// Reads the averaged weights of the checkpoint in the folder, those of another decay where one is named, and
/// writes into the card what follows from the network: its kind, its target and its schedule. Throws Error
/// for a training that does not make a model.
TrainedNetwork trainedNetwork(const TrainingOptions& options, const std::string& folder,
                              std::optional<double> decay, model::ModelCard& card);

/// Beside a latent model: decoder.json and decoder.safetensors, of the autoencoder that the training names
/// and of its data. Nothing for other trainings. Throws Error.
void exportDecoder(const TrainingOptions& options, const std::string& modelFolder);

}  // namespace diffuscope::train
