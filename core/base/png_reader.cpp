#include "core/base/png_reader.h"

#include "core/base/error.h"

#include <png.h>

#include <cstring>
#include <filesystem>

namespace diffuscope::base {

Picture readPng(const std::string& path)
{
    constexpr uint64_t mostPixels = 1u << 28;
    if (!std::filesystem::is_regular_file(path)) {
        throw Error(ErrorCode::missingFile, "Cannot open " + path + ".",
                    "Check that the file exists and may be read.");
    }
    png_image image;
    std::memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    const auto refuse = [&image, &path](const std::string& reason) {
        png_image_free(&image);
        throw Error(ErrorCode::invalidFile, path + " is not a usable PNG: " + reason + ".",
                    "Restore the original file.");
    };
    if (!png_image_begin_read_from_file(&image, path.c_str()))
        refuse(image.message);
    if (uint64_t{image.width} * image.height > mostPixels)
        refuse("it is too large");
    image.format = PNG_FORMAT_RGBA;
    std::vector<uint8_t> rgba(PNG_IMAGE_SIZE(image));
    if (!png_image_finish_read(&image, nullptr, rgba.data(), 0, nullptr))
        refuse(image.message);
    Picture picture{static_cast<int>(image.width), static_cast<int>(image.height), {}};
    picture.pixels.reserve(rgba.size() / 4 * 3);
    for (size_t pixel = 0; pixel < rgba.size(); pixel += 4) {
        const unsigned alpha = rgba[pixel + 3];
        for (size_t channel = 0; channel < 3; ++channel) {
            const unsigned over = rgba[pixel + channel] * alpha + 255u * (255u - alpha);
            picture.pixels.push_back(static_cast<uint8_t>((over + 127u) / 255u));
        }
    }
    return picture;
}

}  // namespace diffuscope::base
