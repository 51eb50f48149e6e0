// SPDX-License-Identifier: GPL-3.0-or-later
// Random prompts whose fulfilment can be judged, attribute by attribute.
#pragma once

#include "core/model/classifiers/attribute_classifier.h"
#include "core/train/data/captioned_split.h"

#include <cstdint>
#include <string>
#include <vector>

namespace diffuscope::train {

struct JudgedPrompt
{
    std::string text;
    Facts wanted;  ///< what the text names: attribute and value
};

/// `count` prompts in which each attribute has the value of an image of its own, so that values are as
/// frequent as in the data and their combinations are random. Two attributes of three are named, in the usual
/// wording
/// ("none" never is); no prompt has a held-out pair. Portraits only.
std::vector<JudgedPrompt> randomPrompts(const std::vector<model::Attribute>& attributes,
                                        const CaptionedImages& images,
                                        const std::vector<std::string>& heldOut, int count, uint64_t seed);

/// As many for each pair, in turn: both values of the pair, and one of three of the other attributes.
std::vector<JudgedPrompt> heldOutPrompts(const std::vector<model::Attribute>& attributes,
                                         const CaptionedImages& images,
                                         const std::vector<std::string>& heldOut, int count, uint64_t seed);

}  // namespace diffuscope::train
