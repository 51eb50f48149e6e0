// SPDX-License-Identifier: GPL-3.0-or-later
// Generators as one-step models.
#include "core/model/rivals/rival_model.h"

#include "core/base/error.h"
#include "core/model/rivals/rival_config_json.h"

#include <utility>

namespace diffuscope::model {

namespace {

[[noreturn]] void refuseRivalCard(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::invalidFile, where + " " + reason + ".", "Restore the original file.");
}

std::int64_t generatorWeights(const RivalConfig& config)
{
    if (config.isDense()) {
        const std::int64_t hidden = config.hidden;
        return config.classes * config.embedding + (config.latents + config.embedding + 1) * hidden +
               (hidden + 1) * (hidden + config.pixels());
    }
    const std::int64_t side = config.imageSide / 4, channels = config.channels;
    const std::int64_t input = (config.latents + config.embedding + 1) * channels * side * side;
    const auto taps = [](std::int64_t from, std::int64_t to) { return (9 * from + 1) * to; };
    return config.classes * config.embedding + input + taps(channels, channels) +
           taps(channels, channels / 2) + taps(channels / 2, config.imageChannels) +
           2 * (channels + channels + channels / 2);
}

void readRivalCard(ModelCard& card, const base::JsonFields& architecture)
{
    const RivalConfig config = rivalConfigFromJson(architecture);
    const std::int64_t stated = card.parameterCount;
    describeRival(card, config);
    const std::string& where = architecture.where();
    if (int(card.classNames.size()) != config.classes)
        refuseRivalCard(where, "has " + std::to_string(card.classNames.size()) + " class names for " +
                                   std::to_string(config.classes) + " classes");
    if (card.target != "x0")
        refuseRivalCard(where, "describes a generator of pictures whose target is not x0");
    if (stated != 0 && stated != card.parameterCount)
        refuseRivalCard(where, "states " + std::to_string(stated) +
                                   " parameters where its architecture has " +
                                   std::to_string(card.parameterCount));
}

std::string rivalSummary(const ModelCard& card)
{
    const RivalConfig config = rivalConfig(card);
    return std::string(config.isGan ? "generator of a GAN" : "decoder of a VAE") + ", " +
           std::to_string(config.latents) + " latents, " +
           (config.isDense() ? "two layers of " + std::to_string(config.hidden)
                             : std::to_string(config.channels) + " channels");
}

std::unique_ptr<Model> makeRival(ModelCard card)
{
    Generator generator(rivalConfig(card));
    return std::make_unique<RivalModel>(std::move(card), std::move(generator));
}

}  // namespace

NetworkKind vaeKind()
{
    return {"vae", readRivalCard, rivalSummary, makeRival};
}

NetworkKind ganKind()
{
    return {"gan", readRivalCard, rivalSummary, makeRival};
}

RivalConfig rivalConfig(const ModelCard& card)
{
    const auto architecture = nlohmann::json::parse(card.architecture, nullptr, false);
    return rivalConfigFromJson(base::JsonFields(architecture, "The architecture of \"" + card.name + "\""));
}

void describeRival(ModelCard& card, const RivalConfig& config)
{
    card.network = config.isGan ? "gan" : "vae";
    card.architecture = toJson(config).dump();
    card.space = SampleSpace::pixels(config.imageChannels, config.imageSide, config.imageSide);
    card.mostWords = 0;
    card.parameterCount = generatorWeights(config);
}

RivalModel::RivalModel(ModelCard card, Generator generator)
    : Model(std::move(card)), m_config(rivalConfig(this->card())), m_generator(std::move(generator))
{
    m_generator->eval();
}

torch::Tensor RivalModel::forward(const torch::Tensor& x, const torch::Tensor&,
                                  const EncodedCondition& condition, const std::stop_token& stop)
{
    if (stop.stop_requested())
        throw Cancelled();
    const auto numbers = x.flatten(1);
    const auto latents = numbers.slice(1, 0, m_config.latents);
    // A standard normal number's distribution function is uniform: so is the class.
    const auto share = (torch::erf(numbers.select(1, numbers.size(1) - 1) * 0.70710678) + 1.0) / 2.0;
    const auto chosen = (share * m_config.classes).to(torch::kInt64).clamp(0, m_config.classes - 1);
    const auto ids = torch::where(condition.classIds == m_config.classes, chosen, condition.classIds);
    return m_generator(latents, ids);
}

}  // namespace diffuscope::model
