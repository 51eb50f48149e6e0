// SPDX-License-Identifier: GPL-3.0-or-later
// The decoders behind readPicture(). Each throws std::runtime_error, a reason without a full stop.
#pragma once

#include "core/base/picture_reader.h"

#include <cstdint>
#include <cstdio>

namespace diffuscope::base {

inline constexpr uint64_t mostPicturePixels = 1u << 28;

Picture readPngPixels(std::FILE* file);
Picture readJpegPixels(std::FILE* file);

}  // namespace diffuscope::base
