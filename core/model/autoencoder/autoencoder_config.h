// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers that determine an autoencoder of pictures. Standard types only.
#pragma once

#include <cstdint>

namespace diffuscope::model {

/// What keeps the latents in order: a Gaussian with a small Kullback-Leibler term (Kingma & Welling 2014), or
/// a codebook whose nearest entry stands for each latent (van den Oord et al. 2017).
enum class LatentKind { gaussian, codebook };

struct AutoencoderConfig
{
    LatentKind kind = LatentKind::gaussian;
    int imageChannels = 3;
    int imageSide = 64;
    /// Side of the pixel squares that become channels before the first convolution.
    int patch = 2;
    int channels = 48;  ///< at the finest level; each halving doubles them
    int halvings = 1;   ///< after the patches
    int blocks = 2;     ///< residual blocks a level, in each half
    int groups = 8;     ///< of group norm
    int latentChannels = 4;
    int codes = 512;  ///< of a codebook

    int latentSide() const { return imageSide / patch >> halvings; }
    int channelsAt(int level) const { return channels << level; }
    bool operator==(const AutoencoderConfig&) const = default;
};

/// Throws std::invalid_argument with one sentence where the numbers do not describe a network.
void validate(const AutoencoderConfig& config);

}  // namespace diffuscope::model
