// SPDX-License-Identifier: GPL-3.0-or-later
// Cards of transformers.
#include "core/model/dit/dit_kind.h"

#include "core/base/error.h"
#include "core/model/dit/dit_config_json.h"
#include "core/model/dit/dit_model.h"

#include <utility>

namespace diffuscope::model {

namespace {

[[noreturn]] void refuseDitCard(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::invalidFile, where + " " + reason + ".", "Restore the original file.");
}

void readDitCard(ModelCard& card, const base::JsonFields& architecture)
{
    const DitConfig config = ditConfigFromJson(architecture);
    const std::int64_t stated = card.parameterCount;
    describeDit(card, config);
    const std::string& where = architecture.where();
    if (int(card.classNames.size()) != config.classes)
        refuseDitCard(where, "has " + std::to_string(card.classNames.size()) + " class names for " +
                                 std::to_string(config.classes) + " classes");
    if (!card.vocabulary.empty())
        refuseDitCard(where, "has a vocabulary for a network that reads no text");
    if (config.readsStep && card.target != "flow")
        refuseDitCard(where, "describes a few-step student that does not predict the flow");
    if (stated != 0 && stated != card.parameterCount)
        refuseDitCard(where, "states " + std::to_string(stated) + " parameters where its architecture has " +
                                 std::to_string(card.parameterCount));
}

std::string ditSummary(const ModelCard& card)
{
    const DitConfig config = ditConfig(card);
    return "transformer, " + std::to_string(config.tokens()) + " patches of " + std::to_string(config.patch) +
           "×" + std::to_string(config.patch) + " pixels, " + std::to_string(config.layers) +
           " layers of width " + std::to_string(config.width) +
           (config.readsStep ? ", told the length of the step" : "");
}

std::unique_ptr<Model> makeDit(ModelCard card)
{
    Dit net(ditConfig(card));
    return std::make_unique<DitModel>(std::move(card), std::move(net));
}

}  // namespace

NetworkKind ditKind()
{
    return {"dit", readDitCard, ditSummary, makeDit};
}

DitConfig ditConfig(const ModelCard& card)
{
    const auto architecture = nlohmann::json::parse(card.architecture, nullptr, false);
    return ditConfigFromJson(base::JsonFields(architecture, "The architecture of \"" + card.name + "\""));
}

void describeDit(ModelCard& card, const DitConfig& config)
{
    card.network = "dit";
    card.architecture = toJson(config).dump();
    card.space = SampleSpace::pixels(config.imageChannels, config.imageHeight, config.imageWidth);
    card.mostWords = 0;
    card.parameterCount = parameterCount(config);
}

}  // namespace diffuscope::model
