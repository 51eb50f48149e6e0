// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint.h"

#include "core/base/error.h"
#include "core/model/autoencoder/decoded_model.h"
#include "core/model/autoencoder/picture_decoder_model.h"
#include "core/model/named_weights.h"
#include "core/model/network_kinds.h"
#include "core/model/text/vocabulary.h"

#include <filesystem>
#include <utility>

namespace diffuscope::model {
namespace {

std::string weightsPath(const std::string& folder)
{
    return (std::filesystem::path(folder) / "model.safetensors").string();
}

// Refuses an oversized file before anything of it is read.
void checkSize(const std::string& path, std::int64_t parameters)
{
    constexpr std::uintmax_t widestBytes = 8, headerRoom = 1u << 20;
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    if (!error && bytes > static_cast<std::uintmax_t>(parameters) * widestBytes + headerRoom) {
        throw Error(ErrorCode::invalidFile,
                    path + " has " + std::to_string(bytes) + " bytes, far more than a network of " +
                        std::to_string(parameters) + " parameters needs.",
                    "Take model.json and model.safetensors from the same place.");
    }
}

constexpr const char* vocabularyKey = "vocabulary";

// As many words in another order would be read as other words, without anything to show for it.
void checkVocabulary(const ModelCard& card, const TensorFile& file, const std::string& path)
{
    const auto found = file.metadata.find(vocabularyKey);
    if (found != file.metadata.end() && found->second != Vocabulary(card.vocabulary).fingerprint()) {
        throw Error(ErrorCode::invalidFile,
                    path + " was trained with another vocabulary than model.json lists.",
                    "Take model.json and model.safetensors from the same place.");
    }
}

}  // namespace

std::unique_ptr<Model> loadModelFolder(const std::string& folder)
{
    ModelCard card = readModelCard(folder);
    const std::string path = weightsPath(folder);
    checkSize(path, card.parameterCount);
    const TensorFile file = readSafetensors(path);
    checkVocabulary(card, file, path);
    const NetworkKind* kind = findNetworkKind(card.network);
    std::unique_ptr<Model> model = kind->make(std::move(card));
    assignWeights(*model->module(), file, path);
    model->module()->eval();
    if (model->card().space.kind != SampleKind::latent)
        return model;
    auto decoder = loadDecoder(folder, model->card().space);
    return std::make_unique<DecodedModel>(std::move(model), std::move(decoder));
}

void saveModel(const std::string& folder, const ModelCard& card, const torch::nn::Module& network)
{
    std::error_code ignored;  // shows when the first file is written
    std::filesystem::create_directories(folder, ignored);
    std::map<std::string, std::string> metadata = {{"format", "pt"}, {"name", card.name}};
    if (!card.vocabulary.empty())
        metadata[vocabularyKey] = Vocabulary(card.vocabulary).fingerprint();
    writeSafetensors(weightsPath(folder), namedWeights(network), metadata);
    writeModelCard(folder, card);
}

ModelLoader folderLoader()
{
    const auto accepts = [](const std::string& source) {
        const std::filesystem::path folder(source);
        std::error_code error;
        return std::filesystem::exists(folder / "model.json", error) ||
               std::filesystem::exists(folder / "model.safetensors", error);
    };
    return {"folder", accepts, readModelCard, loadModelFolder};
}

}  // namespace diffuscope::model
