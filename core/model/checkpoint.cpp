#include "core/model/checkpoint.h"

#include "core/base/error.h"
#include "core/model/named_weights.h"
#include "core/model/text/vocabulary.h"

#include <filesystem>

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

LoadedModel loadModel(const std::string& folder)
{
    LoadedModel model{readModelCard(folder), UNet(nullptr)};
    const std::string path = weightsPath(folder);
    checkSize(path, model.card.parameterCount);
    const TensorFile file = readSafetensors(path);
    checkVocabulary(model.card, file, path);
    model.net = UNet(model.card.architecture);
    assignWeights(*model.net, file, path);
    model.net->eval();
    return model;
}

void saveModel(const std::string& folder, const ModelCard& card, const UNet& net)
{
    std::error_code ignored;  // shows when the first file is written
    std::filesystem::create_directories(folder, ignored);
    std::map<std::string, std::string> metadata = {{"format", "pt"}, {"name", card.name}};
    if (!card.vocabulary.empty())
        metadata[vocabularyKey] = Vocabulary(card.vocabulary).fingerprint();
    writeSafetensors(weightsPath(folder), namedWeights(*net), metadata);
    writeModelCard(folder, card);
}

}  // namespace diffuscope::model
