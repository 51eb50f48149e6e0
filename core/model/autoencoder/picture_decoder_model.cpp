// SPDX-License-Identifier: GPL-3.0-or-later
// Decoders in model folders.
#include "core/model/autoencoder/picture_decoder_model.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/model/autoencoder/autoencoder_config_json.h"
#include "core/model/named_weights.h"
#include "core/model/safetensors.h"

#include <bit>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace diffuscope::model {

namespace {

constexpr std::int64_t decodedAtOnce = 16;

std::string decoderPath(const std::string& folder, const char* extension)
{
    return (std::filesystem::path(folder) / (std::string("decoder.") + extension)).string();
}

}  // namespace

AutoencoderDecoder::AutoencoderDecoder(DecoderCard card, PictureDecoder decoder)
    : m_card(std::move(card)), m_decoder(std::move(decoder))
{
    m_decoder->eval();
}

torch::Tensor AutoencoderDecoder::decode(const torch::Tensor& latents, const std::stop_token& stop) const
{
    const c10::InferenceMode inference;
    std::vector<torch::Tensor> pictures;
    for (std::int64_t first = 0; first < latents.size(0); first += decodedAtOnce) {
        if (stop.stop_requested())
            throw Cancelled();
        const auto part = latents.slice(0, first, first + decodedAtOnce).to(torch::kCPU, torch::kFloat32);
        pictures.push_back(m_decoder(part / m_card.scale).clamp(-1.0, 1.0));
    }
    return torch::cat(pictures);
}

SampleSpace AutoencoderDecoder::pictures() const
{
    return SampleSpace::pixels(m_card.config.imageChannels, m_card.config.imageSide, m_card.config.imageSide);
}

std::vector<std::vector<float>> linearPreview(const torch::Tensor& latents, const torch::Tensor& pictures)
{
    const std::int64_t channels = latents.size(1);
    const auto means = at::adaptive_avg_pool2d(pictures, {latents.size(2), latents.size(3)});
    const auto rows = latents.permute({0, 2, 3, 1}).reshape({-1, channels}).to(torch::kFloat64);
    const auto inputs = torch::cat({rows, torch::ones({rows.size(0), 1}, torch::kFloat64)}, 1);
    const auto wanted = means.permute({0, 2, 3, 1}).reshape({-1, pictures.size(1)}).to(torch::kFloat64);
    // The normal equations, with a little ridge against channels that do not vary.
    const auto square = inputs.t().matmul(inputs) + 1e-6 * torch::eye(channels + 1, torch::kFloat64);
    const auto solution = torch::linalg_solve(square, inputs.t().matmul(wanted)).t().to(torch::kFloat32);
    std::vector<std::vector<float>> weights;
    for (std::int64_t c = 0; c < solution.size(0); ++c) {
        const auto row = solution[c].contiguous();
        weights.emplace_back(row.data_ptr<float>(), row.data_ptr<float>() + row.numel());
    }
    return weights;
}

std::string fingerprintOf(const torch::nn::Module& module)
{
    // FNV-1a over the weights' bits: it is to tell files apart, not to withstand forgery.
    std::uint64_t hash = 14695981039346656037u;
    for (const auto& parameter : module.parameters()) {
        const auto values = parameter.detach().to(torch::kCPU, torch::kFloat32).contiguous();
        const float* from = values.data_ptr<float>();
        for (std::int64_t k = 0; k < values.numel(); ++k)
            hash = (hash ^ std::bit_cast<std::uint32_t>(from[k])) * 1099511628211u;
    }
    char text[20];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

void saveDecoder(const std::string& folder, const DecoderCard& card, const PictureDecoder& decoder)
{
    const nlohmann::json value = {{"format", "diffuscope-decoder"},
                                  {"version", 1},
                                  {"architecture", toJson(card.config)},
                                  {"scale", card.scale},
                                  {"preview", card.preview},
                                  {"fingerprint", fingerprintOf(*decoder)}};
    writeSafetensors(decoderPath(folder, "safetensors"), namedWeights(*decoder), {{"format", "pt"}});
    base::writeFileAtomically(decoderPath(folder, "json"), value.dump(2) + "\n");
}

bool hasDecoder(const std::string& folder)
{
    return std::filesystem::exists(decoderPath(folder, "json"));
}

std::unique_ptr<AutoencoderDecoder> loadDecoder(const std::string& folder, const SampleSpace& space)
{
    const std::string path = decoderPath(folder, "json");
    const auto refuse = [&path](const std::string& reason) {
        throw Error(ErrorCode::invalidFile, path + " " + reason + ".",
                    "Take the model's and the decoder's files from the same place.");
    };
    const nlohmann::json value = base::readJsonFile(path);
    const base::JsonFields fields(value, path);
    if (fields.text("format") != "diffuscope-decoder" || fields.integer("version") != 1)
        refuse("does not describe a decoder of version 1");
    DecoderCard card{autoencoderConfigFromJson(fields.object("architecture")),
                     fields.number("scale"),
                     {},
                     fields.text("fingerprint")};
    const AutoencoderConfig& config = card.config;
    if (space != SampleSpace::latent(config.latentChannels, config.latentSide(), config.latentSide()))
        refuse("describes a decoder of latents of " + std::to_string(config.latentChannels) + "×" +
               std::to_string(config.latentSide()) + "×" + std::to_string(config.latentSide()) +
               ", which the model does not make");
    if (!(card.scale > 1e-6 && card.scale < 1e6))
        refuse("has a scale that cannot be");
    const auto preview = value.find("preview");
    if (preview == value.end() || !preview->is_array() || int(preview->size()) != config.imageChannels)
        refuse("has no weights of a preview for each of the picture's channels");
    for (const auto& row : *preview) {
        const nlohmann::json holder = {{"row", row}};
        const auto numbers = base::JsonFields(holder, path).numbers("row");
        if (int(numbers.size()) != config.latentChannels + 1)
            refuse("has a preview of another number of latent channels");
        card.preview.emplace_back(numbers.begin(), numbers.end());
    }
    PictureDecoder decoder(config);
    const std::string weights = decoderPath(folder, "safetensors");
    assignWeights(*decoder, readSafetensors(weights), weights);
    if (fingerprintOf(*decoder) != card.fingerprint)
        refuse("belongs to other weights than decoder.safetensors holds");
    return std::make_unique<AutoencoderDecoder>(std::move(card), std::move(decoder));
}

}  // namespace diffuscope::model
