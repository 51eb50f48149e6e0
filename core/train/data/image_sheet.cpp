// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/image_sheet.h"

#include "core/base/png_file.h"

#include <algorithm>
#include <stdexcept>

namespace diffuscope::train {
namespace {

constexpr int64_t gap = 2;

// [C, height, width] bytes: the images on a mid-grey ground.
torch::Tensor arrange(const torch::Tensor& images, int columns)
{
    const auto bytes = ((images.detach().cpu().to(torch::kFloat32).clamp(-1.0, 1.0) + 1.0) * 127.5).round();
    const int64_t count = images.size(0), channels = images.size(1), height = images.size(2),
                  width = images.size(3);
    const int64_t rows = (count + columns - 1) / columns;
    auto sheet = torch::full({channels, rows * (height + gap) + gap, columns * (width + gap) + gap}, 128.0);
    for (int64_t k = 0; k < count; ++k) {
        const int64_t top = gap + k / columns * (height + gap), left = gap + k % columns * (width + gap);
        sheet.narrow(1, top, height).narrow(2, left, width).copy_(bytes[k]);
    }
    return sheet.to(torch::kUInt8);
}

}  // namespace

ImageSheet imageSheet(const torch::Tensor& images, int columns, int zoom)
{
    if (images.dim() != 4 || images.size(0) == 0 || (images.size(1) != 1 && images.size(1) != 3))
        throw std::invalid_argument("A sheet needs images [N, C, H, W] with 1 or 3 channels.");
    const auto sheet = arrange(images, std::max(1, columns));
    const auto enlarged = sheet.repeat_interleave(zoom, 1).repeat_interleave(zoom, 2);
    const auto interleaved = enlarged.permute({1, 2, 0}).contiguous();
    const auto* bytes = interleaved.data_ptr<unsigned char>();
    return {{bytes, bytes + interleaved.numel()},
            static_cast<int>(interleaved.size(1)),
            static_cast<int>(interleaved.size(0)),
            static_cast<int>(interleaved.size(2))};
}

void writeImageSheet(const std::string& path, const torch::Tensor& images, int columns, int zoom)
{
    const ImageSheet sheet = imageSheet(images, columns, zoom);
    base::writePng(path, {sheet.pixels.data(), sheet.width, sheet.height, sheet.channels});
}

}  // namespace diffuscope::train
