// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/unet_kind.h"

#include "core/base/error.h"
#include "core/model/unet/unet_config_json.h"
#include "core/model/unet/unet_model.h"

#include <utility>

namespace diffuscope::model {

namespace {

[[noreturn]] void refuseUNetCard(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::invalidFile, where + " " + reason + ".", "Restore the original file.");
}

void readUNetCard(ModelCard& card, const base::JsonFields& architecture)
{
    const UNetConfig config = unetConfigFromJson(architecture);
    const std::int64_t stated = card.parameterCount;
    describeUNet(card, config);
    const std::string& where = architecture.where();
    if (int(card.classNames.size()) != config.classes)
        refuseUNetCard(where, "has " + std::to_string(card.classNames.size()) + " class names for " +
                                  std::to_string(config.classes) + " classes");
    if (int(card.vocabulary.size()) != config.text.words)
        refuseUNetCard(where, "has a vocabulary of " + std::to_string(card.vocabulary.size()) +
                                  " words for a network of " + std::to_string(config.text.words));
    if (stated != 0 && stated != card.parameterCount)
        refuseUNetCard(where, "states " + std::to_string(stated) + " parameters where its architecture has " +
                                  std::to_string(card.parameterCount));
}

std::string unetSummary(const ModelCard& card)
{
    const UNetConfig config = unetConfig(card);
    const std::string text =
        config.hasText() ? ", a transformer over " + std::to_string(config.text.words) + " words" : "";
    const int halvings = int(config.multipliers.size()) - 1;
    const int height = config.imageHeight / config.patch >> halvings;
    const int width = config.imageWidth / config.patch >> halvings;
    return "U-Net, " + std::to_string(config.baseChannels * config.multipliers.front()) + "–" +
           std::to_string(config.baseChannels * config.multipliers.back()) + " channels, " +
           std::to_string(config.blocksPerLevel) + (config.blocksPerLevel == 1 ? " block" : " blocks") +
           " a level, attention at " + std::to_string(height) + "×" + std::to_string(width) + text;
}

std::unique_ptr<Model> makeUNet(ModelCard card)
{
    UNet net(unetConfig(card));
    net->eval();
    return std::make_unique<UNetModel>(std::move(card), std::move(net));
}

}  // namespace

NetworkKind unetKind()
{
    return {"unet", readUNetCard, unetSummary, makeUNet};
}

UNetConfig unetConfig(const ModelCard& card)
{
    const auto architecture = nlohmann::json::parse(card.architecture, nullptr, false);
    return unetConfigFromJson(base::JsonFields(architecture, "The architecture of \"" + card.name + "\""));
}

void describeUNet(ModelCard& card, const UNetConfig& config)
{
    card.network = "unet";
    card.architecture = toJson(config).dump();
    card.space = SampleSpace::pixels(config.imageChannels, config.imageHeight, config.imageWidth);
    card.mostWords = config.hasText() ? config.text.mostWords : 0;
    card.parameterCount = parameterCount(config);
}

}  // namespace diffuscope::model
