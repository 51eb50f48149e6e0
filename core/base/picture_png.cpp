// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/picture_formats.h"
#include "core/base/picture_orientation.h"

#include <png.h>

#include <cmath>
#include <new>
#include <stdexcept>

namespace diffuscope::base {
namespace {

/// libpng ends a call with longjmp or, as here, with an exception of ours (it has unwind tables).
[[noreturn]] void throwReason(png_structp, png_const_charp message)
{
    throw std::runtime_error(message);
}

void passOver(png_structp, png_const_charp)
{
}

struct PngInput
{
    PngInput() : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, throwReason, passOver))
    {
        if (!png)
            throw std::bad_alloc();
        info = png_create_info_struct(png);
    }
    ~PngInput() { png_destroy_read_struct(&png, &info, nullptr); }
    PngInput(const PngInput&) = delete;
    PngInput& operator=(const PngInput&) = delete;

    png_structp png;
    png_infop info = nullptr;
};

/// Every kind of PNG becomes 8 bits of red, green, blue and opacity.
void askForRgba(PngInput& input)
{
    constexpr double sRgbGamma = 0.45455, sameGamma = 0.005;
    png_set_expand(input.png);
    png_set_scale_16(input.png);
    png_set_gray_to_rgb(input.png);
    png_set_add_alpha(input.png, 0xff, PNG_FILLER_AFTER);
    double gamma = 0.0;
    const bool isSrgb = png_get_valid(input.png, input.info, PNG_INFO_sRGB) != 0;
    // Without a word on gamma the values mean what 8-bit values mean, whatever their depth.
    if (!isSrgb && png_get_gAMA(input.png, input.info, &gamma) && std::abs(gamma - sRgbGamma) > sameGamma)
        png_set_gamma(input.png, PNG_DEFAULT_sRGB, gamma);
    png_set_interlace_handling(input.png);
    png_read_update_info(input.png, input.info);
}

/// [height, width, 4]
std::vector<uint8_t> readRows(PngInput& input, std::size_t width, std::size_t height)
{
    const std::size_t stride = 4 * width;
    if (png_get_rowbytes(input.png, input.info) != stride)
        throw std::runtime_error("its rows have an unexpected length");
    std::vector<uint8_t> rgba;
    if (png_get_interlace_type(input.png, input.info) == PNG_INTERLACE_NONE) {
        // Row by row, so that a file that claims much and holds little takes little memory.
        for (std::size_t row = 0; row < height; ++row) {
            rgba.resize((row + 1) * stride);
            png_read_row(input.png, rgba.data() + row * stride, nullptr);
        }
    } else {
        rgba.resize(height * stride);
        std::vector<png_bytep> rows;
        for (std::size_t row = 0; row < height; ++row)
            rows.push_back(rgba.data() + row * stride);
        png_read_image(input.png, rows.data());
    }
    png_read_end(input.png, input.info);
    return rgba;
}

std::vector<uint8_t> onWhite(const std::vector<uint8_t>& rgba)
{
    std::vector<uint8_t> pixels;
    pixels.reserve(rgba.size() / 4 * 3);
    for (std::size_t pixel = 0; pixel < rgba.size(); pixel += 4) {
        const unsigned alpha = rgba[pixel + 3];
        for (std::size_t channel = 0; channel < 3; ++channel) {
            const unsigned over = rgba[pixel + channel] * alpha + 255u * (255u - alpha);
            pixels.push_back(static_cast<uint8_t>((over + 127u) / 255u));
        }
    }
    return pixels;
}

}  // namespace

Picture readPngPixels(std::FILE* file)
{
    PngInput input;
    png_init_io(input.png, file);
    png_read_info(input.png, input.info);
    const png_uint_32 width = png_get_image_width(input.png, input.info);
    const png_uint_32 height = png_get_image_height(input.png, input.info);
    if (uint64_t{width} * height > mostPicturePixels)
        throw std::runtime_error("it is too large");
    askForRgba(input);
    const std::vector<uint8_t> rgba = readRows(input, width, height);
    int orientation = 1;
#ifdef PNG_eXIf_SUPPORTED
    png_uint_32 exifBytes = 0;
    png_bytep exif = nullptr;
    if (png_get_eXIf_1(input.png, input.info, &exifBytes, &exif) && exif)
        orientation = exifOrientation({exif, exifBytes});
#endif
    return turnedUpright({static_cast<int>(width), static_cast<int>(height), onWhite(rgba)}, orientation);
}

}  // namespace diffuscope::base
