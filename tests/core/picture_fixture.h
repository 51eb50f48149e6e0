// SPDX-License-Identifier: GPL-3.0-or-later
// Small grey PNGs for tests of readers and trainings.
#pragma once

#include <png.h>

#include <cstdio>
#include <string>
#include <vector>

namespace diffuscope::test {

/// side×side values, row by row, in 8 or 16 bits (each byte twice), without a word on the gamma.
inline void writeGrey(const std::string& path, std::size_t side, const std::vector<unsigned char>& values,
                      int depth = 8, bool interlaced = false)
{
    std::FILE* file = std::fopen(path.c_str(), "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_IHDR(png, info, png_uint_32(side), png_uint_32(side), depth, PNG_COLOR_TYPE_GRAY,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    std::vector<png_byte> bytes;
    for (const unsigned char value : values)
        bytes.insert(bytes.end(), std::size_t(depth / 8), value);
    std::vector<png_bytep> rows;
    for (std::size_t y = 0; y < side; ++y)
        rows.push_back(bytes.data() + y * side * std::size_t(depth / 8));
    png_write_image(png, rows.data());
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    std::fclose(file);
}

/// Values that differ from picture to picture.
inline std::vector<unsigned char> someGrey(std::size_t side, unsigned picture)
{
    std::vector<unsigned char> values;
    unsigned state = 2463534242u + 7919u * picture;
    for (std::size_t index = 0; index < side * side; ++index) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        values.push_back(static_cast<unsigned char>(state));
    }
    return values;
}

}  // namespace diffuscope::test
