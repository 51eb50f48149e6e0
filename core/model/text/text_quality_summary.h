// SPDX-License-Identifier: GPL-3.0-or-later
// What was measured of a text model, in one line for people. Standard types only.
#pragma once

#include "core/model/model_card.h"

#include <string>

namespace diffuscope::model {

/// "named in the prompt, seen in the image: beard 95.2 %, … at guidance 3", at the scale with the highest
/// mean.
std::string summary(const TextQuality& quality);

}  // namespace diffuscope::model
