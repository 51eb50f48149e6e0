// SPDX-License-Identifier: GPL-3.0-or-later
// Reads labelled images from IDX files (the MNIST layout), plain or gzipped. The files are untrusted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace diffuscope::train {

struct LabelledImages
{
    int64_t count = 0;
    int height = 0;
    int width = 0;
    std::vector<uint8_t> pixels;  // [count, height, width], 0 … 255
    std::vector<uint8_t> labels;  // [count]

    /// One more than the largest label.
    int classCount() const;
};

/// Throws Error where a file is missing, damaged, of another layout, or the two do not belong
/// together.
LabelledImages readIdx(const std::string& imagesPath, const std::string& labelsPath);

/// Finds PREFIX-images-idx3-ubyte[.gz] and its labels in the folder (PREFIX "train" or "t10k") and reads
/// them.
LabelledImages readIdxFolder(const std::string& folder, const std::string& prefix);

}  // namespace diffuscope::train
