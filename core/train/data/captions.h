// SPDX-License-Identifier: GPL-3.0-or-later
// Says of an image what is known of it, in varying words: what a text-conditional model is trained on.
#pragma once

#include "core/train/data/captioned_images.h"
#include "core/train/data/counter_random.h"

#include <string>
#include <vector>

namespace diffuscope::train {

/// How facts become a caption.
enum class CaptionGrammar {
    portraits,  ///< "a happy person with dark skin, long red hair and red clothes" (avatar16's attributes)
    drawings,   ///< "red heart, blob style" (emoji64's labels and styles)
    plain,      ///< the caption as it stands, or, without one, the attributes in a row
};

/// The grammar that the images' attributes fit.
CaptionGrammar grammarOf(const CaptionedImages& images);

/// Parts attributes that say two things: "hair": "long red" becomes "hair_length" and "hair_colour".
Facts attributesOf(CaptionGrammar grammar, const Facts& facts);

/// Everything that is known, in the grammar's usual words.
std::string fullCaption(CaptionGrammar grammar, const Facts& facts);

/// Some of what is known, in an order and wording drawn from `random`: at least one attribute, seldom all.
std::string randomCaption(CaptionGrammar grammar, const Facts& facts, CounterRandom& random);

/// What a caption written so can hold, of all images: the model's vocabulary comes from these.
std::vector<std::string> wordSources(CaptionGrammar grammar, const CaptionedImages& images);

/// What a person is to know of the captions before the training: how many are cut off at `mostWords`, how
/// many are empty, which words are passed over. A sentence each.
std::vector<std::string> captionNotes(const CaptionedImages& images, int mostWords);

/// The caption that names just these attributes, in the usual order: "a happy person with red hair".
/// Portraits only.
std::string captionOf(const Facts& attributes);

}  // namespace diffuscope::train
