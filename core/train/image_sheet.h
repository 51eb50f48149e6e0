// A contact sheet of images as a PNG file.
#pragma once

#include <torch/types.h>

#include <string>

namespace diffuscope::train {

/// Writes images [N, C, H, W] float32 in [-1, 1], C 1 or 3 (values outside are clamped), in rows of
/// `columns`, each pixel enlarged `zoom` times. Throws Error where the file cannot be written.
void writeImageSheet(const std::string& path, const torch::Tensor& images, int columns, int zoom = 2);

}  // namespace diffuscope::train
