// SPDX-License-Identifier: GPL-3.0-or-later
// The diffusion transformer as a kind of network that a model folder can hold.
#pragma once

#include "core/model/dit/dit_config.h"
#include "core/model/network_kinds.h"

namespace diffuscope::model {

NetworkKind ditKind();

/// The config in a card of this kind. Throws Error(invalidFile).
DitConfig ditConfig(const ModelCard& card);

/// Writes into the card what follows from the config: network, architecture, space, parameterCount.
void describeDit(ModelCard& card, const DitConfig& config);

}  // namespace diffuscope::model
