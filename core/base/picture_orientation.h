// SPDX-License-Identifier: GPL-3.0-or-later
// How a camera was held: the orientation in a picture's EXIF data, and the turn that undoes it.
#pragma once

#include "core/base/picture_reader.h"

#include <span>

namespace diffuscope::base {

/// Tag 0x0112 of EXIF 2.32, 1 … 8, in data that begin with the TIFF header; 1 (upright) where it is absent or
/// the data are damaged.
int exifOrientation(std::span<const unsigned char> tiff);

/// The picture as it is to be looked at.
Picture turnedUpright(Picture picture, int orientation);

}  // namespace diffuscope::base
