// SPDX-License-Identifier: GPL-3.0-or-later
// The U-Net in the list of network kinds, and its numbers in a model's card. No torch in here.
#pragma once

#include "core/model/network_kinds.h"
#include "core/model/unet/unet_config.h"

namespace diffuscope::model {

NetworkKind unetKind();

/// The numbers of the U-Net that this card is of. Throws Error(invalidFile) for a card of another network.
UNetConfig unetConfig(const ModelCard& card);

/// Writes into the card that it is of a U-Net with these numbers, and what follows from them.
void describeUNet(ModelCard& card, const UNetConfig& config);

}  // namespace diffuscope::model
