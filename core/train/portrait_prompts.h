// Random prompts whose fulfilment can be judged, attribute by attribute.
#pragma once

#include "core/network/attribute_classifier.h"
#include "core/train/captioned_split.h"

#include <cstdint>
#include <string>
#include <vector>

namespace diffuscope::train {

struct JudgedPrompt
{
    std::string text;
    Facts wanted;  ///< what the text names: attribute and value
};

/// `count` prompts with values drawn evenly from those of each attribute, each attribute named in about two
/// prompts of three, in the usual wording, none with a held-out pair. Portraits only.
std::vector<JudgedPrompt> randomPrompts(const std::vector<network::Attribute>& attributes,
                                        const std::vector<std::string>& heldOut, int count, uint64_t seed);

/// As many for each pair, in turn: both values of the pair, and other attributes as above but in one prompt
/// of three.
std::vector<JudgedPrompt> heldOutPrompts(const std::vector<network::Attribute>& attributes,
                                         const std::vector<std::string>& heldOut, int count, uint64_t seed);

}  // namespace diffuscope::train
