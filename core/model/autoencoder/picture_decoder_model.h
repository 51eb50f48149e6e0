// SPDX-License-Identifier: GPL-3.0-or-later
// An autoencoder's decoder behind the seam: latents of a diffusion model to pictures.
#pragma once

#include "core/model/autoencoder/autoencoder.h"
#include "core/model/model.h"

#include <string>
#include <vector>

namespace diffuscope::model {

/// What a latent model's card says of its decoder.
struct DecoderCard
{
    AutoencoderConfig config;
    double scale = 1.0;  ///< the model's latents are the autoencoder's times this
    /// For each of the picture's channels a weight a latent channel and, last, a constant.
    std::vector<std::vector<float>> preview;
    std::string fingerprint;  ///< of the decoder's weights
};

class AutoencoderDecoder final : public Decoder
{
public:
    AutoencoderDecoder(DecoderCard card, PictureDecoder decoder);

    torch::Tensor decode(const torch::Tensor& latents, const std::stop_token& stop) const override;
    SampleSpace pictures() const override;
    std::vector<std::vector<float>> preview() const override { return m_card.preview; }

private:
    DecoderCard m_card;
    mutable PictureDecoder m_decoder;  ///< its forward pass changes nothing
};

/// The least-squares linear map from latents [N, L, s, s] to the means of their pixels in pictures
/// [N, C, side, side]: [C][L + 1].
std::vector<std::vector<float>> linearPreview(const torch::Tensor& latents, const torch::Tensor& pictures);

/// A text that changes with any weight of the module.
std::string fingerprintOf(const torch::nn::Module& module);

/// Writes decoder.json and decoder.safetensors into a model's folder, and reads them. The second throws Error
/// where the weights are another decoder's than the card's, by shape or by fingerprint, or where its latents
/// are not of `space`.
void saveDecoder(const std::string& folder, const DecoderCard& card, const PictureDecoder& decoder);
bool hasDecoder(const std::string& folder);
std::unique_ptr<AutoencoderDecoder> loadDecoder(const std::string& folder, const SampleSpace& space);

}  // namespace diffuscope::model
