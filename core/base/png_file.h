// SPDX-License-Identifier: GPL-3.0-or-later
// Writes pictures as PNG files.
#pragma once

#include <string>

namespace diffuscope::base {

/// Bytes [height, width, channels], 1 (grey) or 3 (red, green, blue) channels.
struct Pixels
{
    const unsigned char* data;
    int width;
    int height;
    int channels;
};

/// Throws Error(writeFailed) that names the file.
void writePng(const std::string& path, const Pixels& pixels);

}  // namespace diffuscope::base
