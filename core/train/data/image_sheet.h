// SPDX-License-Identifier: GPL-3.0-or-later
// A contact sheet of images as a PNG file.
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

namespace diffuscope::train {

/// Bytes [height, width, channels].
struct ImageSheet
{
    std::vector<unsigned char> pixels;
    int width = 0;
    int height = 0;
    int channels = 1;
};

/// Images [N, C, H, W] float32 in [-1, 1], C 1 or 3 (values outside are clamped), in rows of `columns` on a
/// mid-grey ground, each pixel enlarged `zoom` times.
ImageSheet imageSheet(const torch::Tensor& images, int columns, int zoom = 2);

/// Writes such a sheet. Throws Error where the file cannot be written.
void writeImageSheet(const std::string& path, const torch::Tensor& images, int columns, int zoom = 2);

}  // namespace diffuscope::train
