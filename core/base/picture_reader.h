// SPDX-License-Identifier: GPL-3.0-or-later
// Reads PNG and JPEG pictures as pixels on a white ground. The files are untrusted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace diffuscope::base {

struct Picture
{
    int width = 0;
    int height = 0;
    std::vector<uint8_t> pixels;  ///< [height, width, 3], red, green, blue
};

/// Whether the name ends as those of the pictures that readPicture() reads: .png, .jpg or .jpeg, in capital
/// or small letters.
bool isPictureName(const std::string& name);

/// Tells PNG and JPEG by their first bytes, whatever the name. Transparency is composited on white; 16 bits a
/// value are rounded to 8 with the same meaning; a gamma that the file names is turned into sRGB; a camera's
/// orientation (EXIF) is followed. Throws Error where the file is missing, of another kind, damaged, or has
/// more than 2²⁸ pixels.
Picture readPicture(const std::string& path);

}  // namespace diffuscope::base
