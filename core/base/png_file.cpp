// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/png_file.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"

#include <png.h>

#include <cstring>
#include <vector>

namespace diffuscope::base {

void writePng(const std::string& path, const Pixels& pixels)
{
    png_image image;
    std::memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.height = static_cast<png_uint_32>(pixels.height);
    image.width = static_cast<png_uint_32>(pixels.width);
    image.format = pixels.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    std::vector<unsigned char> encoded(PNG_IMAGE_PNG_SIZE_MAX(image));
    png_alloc_size_t size = encoded.size();
    if (!png_image_write_to_memory(&image, encoded.data(), &size, 0, pixels.data, 0, nullptr))
        throw Error(ErrorCode::writeFailed, "Cannot encode " + path + " as PNG: " + image.message + ".");
    base::writeFileAtomically(path, {{encoded.data(), size}});
}

}  // namespace diffuscope::base
