// Reads PNG files as pixels on a white ground.
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

/// Transparency is composited on white. Throws Error where the file is missing, no PNG, or has more than 2²⁸
/// pixels.
Picture readPng(const std::string& path);

}  // namespace diffuscope::base
