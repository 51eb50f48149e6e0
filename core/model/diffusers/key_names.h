// SPDX-License-Identifier: GPL-3.0-or-later
// Brings the names of old and foreign weight files to the names that the networks ask for.
#pragma once

#include "core/model/diffusers/component_kind.h"

namespace diffuscope::model::diffusers {

/// The tensors under today's names: wrappers stripped that every key has ("module.", "model.", …); old
/// attention names (query, key, value, proj_attn); layers named "op" and "Conv2d_0"; text encoders with and
/// without "text_model.". What no network needs (position_ids, num_batches_tracked, pos_embed.pos_embed) is
/// left out. Throws Error(invalidFile) where two stored tensors come to one name.
StoredWeights withCurrentNames(const StoredWeights& stored, ComponentKind kind);

/// Whether this is a whole checkpoint in the layout of the original latent diffusion code.
bool isLdmCheckpoint(const StoredWeights& stored);

/// The parts of such a checkpoint under the names of the diffusers layout, and what they are.
struct LdmCheckpoint
{
    enum class Family { sd1, sd2, sdxl };
    Family family = Family::sd1;
    StoredWeights unet;
    StoredWeights vae;
    StoredWeights textEncoder;
    StoredWeights textEncoder2;  ///< of SDXL
    int inputChannels = 4;
    int leftOut = 0;  ///< tensors that belong to none of them: training state, averaged copies
};

/// Throws Error(invalidFile) where it is of a family that is not understood.
LdmCheckpoint splitLdmCheckpoint(const StoredWeights& stored);

}  // namespace diffuscope::model::diffusers
