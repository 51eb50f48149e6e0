// SPDX-License-Identifier: GPL-3.0-or-later
// Named arrays of floats and texts in one safetensors file, without LibTorch. Files are untrusted: every
// length, offset and shape is checked before it is used.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace diffuscope::base {

/// Values in 32-bit floats, row-major.
struct PackedTensor
{
    std::vector<std::uint64_t> shape{};
    std::vector<float> values{};
};

struct TensorPack
{
    std::map<std::string, std::string> texts{};
    std::map<std::string, PackedTensor> tensors{};
    /// Tensors that the file names but does not hold, whole (it was cut off) or as floats: one sentence each.
    std::vector<std::string> problems{};
};

/// Reads a file. The texts must be whole; tensors that are not become problems. Throws Error: missingFile
/// where there is none, invalidFile where its texts cannot be read.
TensorPack readPack(const std::string& path);

/// Writes atomically and flushed to the disk (see network::writeFileAtomically()). Throws Error(writeFailed).
void writePack(const std::string& path, const TensorPack& pack);

}  // namespace diffuscope::base
