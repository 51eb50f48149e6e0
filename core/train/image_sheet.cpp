#include "core/train/image_sheet.h"

#include "core/network/atomic_file.h"
#include "core/registry/error.h"

#include <png.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace diffuscope::train {
namespace {

constexpr int64_t kGap = 2;

// [C, height, width] bytes: the images on a mid-grey ground.
torch::Tensor arrange(const torch::Tensor& images, int columns)
{
    const auto bytes = ((images.detach().cpu().to(torch::kFloat32).clamp(-1.0, 1.0) + 1.0) * 127.5).round();
    const int64_t count = images.size(0), channels = images.size(1), height = images.size(2),
                  width = images.size(3);
    const int64_t rows = (count + columns - 1) / columns;
    auto sheet =
        torch::full({channels, rows * (height + kGap) + kGap, columns * (width + kGap) + kGap}, 128.0);
    for (int64_t k = 0; k < count; ++k) {
        const int64_t top = kGap + k / columns * (height + kGap), left = kGap + k % columns * (width + kGap);
        sheet.narrow(1, top, height).narrow(2, left, width).copy_(bytes[k]);
    }
    return sheet.to(torch::kUInt8);
}

std::vector<unsigned char> encode(const torch::Tensor& interleaved, const std::string& path)
{
    png_image image;
    std::memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.height = static_cast<png_uint_32>(interleaved.size(0));
    image.width = static_cast<png_uint_32>(interleaved.size(1));
    image.format = interleaved.size(2) == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    std::vector<unsigned char> encoded(PNG_IMAGE_PNG_SIZE_MAX(image));
    png_alloc_size_t size = encoded.size();
    if (!png_image_write_to_memory(&image, encoded.data(), &size, 0, interleaved.data_ptr(), 0, nullptr)) {
        throw Error(ErrorCode::writeFailed, "Cannot encode " + path + " as PNG: " + image.message + ".");
    }
    encoded.resize(size);
    return encoded;
}

}  // namespace

void writeImageSheet(const std::string& path, const torch::Tensor& images, int columns, int zoom)
{
    if (images.dim() != 4 || images.size(0) == 0 || (images.size(1) != 1 && images.size(1) != 3)) {
        throw std::invalid_argument("A sheet needs images [N, C, H, W] with 1 or 3 channels.");
    }
    const auto sheet = arrange(images, std::max(1, columns));
    const auto enlarged = sheet.repeat_interleave(zoom, 1).repeat_interleave(zoom, 2);
    const auto encoded = encode(enlarged.permute({1, 2, 0}).contiguous(), path);
    network::writeFileAtomically(path, {{encoded.data(), encoded.size()}});
}

}  // namespace diffuscope::train
