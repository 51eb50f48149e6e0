// SPDX-License-Identifier: GPL-3.0-or-later
// Tells one data set from another by what is in it, wherever it lies.
#pragma once

#include "core/train/data/captioned_images.h"
#include "core/train/data/idx.h"

#include <string>

namespace diffuscope::train {

/// 16 hexadecimal digits of sizes, pixels and labels or facts. Tells mistakes, not malice.
std::string dataHash(const LabelledImages& images);
std::string dataHash(const CaptionedImages& images);

}  // namespace diffuscope::train
