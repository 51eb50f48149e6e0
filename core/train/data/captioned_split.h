// SPDX-License-Identifier: GPL-3.0-or-later
// Which captioned images are trained on, which are only measured with, and which are held out.
#pragma once

#include "core/train/data/captions.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace diffuscope::train {

/// Two values that shall never be seen together: "hair_colour=green+clothes=orange".
struct HeldOutPair
{
    std::pair<std::string, std::string> first;   ///< attribute and value
    std::pair<std::string, std::string> second;  ///< attribute and value

    bool isIn(const Facts& attributes) const;
    bool operator==(const HeldOutPair&) const = default;
};

/// Throws Error(invalidOption) for another form.
HeldOutPair heldOutPair(const std::string& text);

/// Indices into CaptionedImages. Images with a "tone" other than 0 (emoji64's tones of skin) are in none.
struct CaptionedSplit
{
    std::vector<uint32_t> train;    ///< without any held-out pair
    std::vector<uint32_t> heldOut;  ///< with one; none of them is in `test`
    std::vector<uint32_t> test;     ///< every twentieth image, whatever it shows
};

/// Throws Error(invalidOption) for a pair that no image has (a mistyped one), and where nothing is left to
/// train on.
CaptionedSplit splitOf(const CaptionedImages& images, const std::vector<std::string>& heldOutPairs);

}  // namespace diffuscope::train
