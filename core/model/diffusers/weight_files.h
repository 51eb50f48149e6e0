// SPDX-License-Identifier: GPL-3.0-or-later
// Finds the weights of a component: one file or shards with an index, plain or a variant; refuses pickles. No
// torch.
#pragma once

#include "core/base/safetensors_file.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::model::diffusers {

/// One tensor as the network will ask for it: a whole stored tensor, or one of `parts` equal slices of its
/// rows.
struct StoredTensor
{
    std::shared_ptr<const base::SafetensorsFile> file;
    base::TensorEntry entry;
    int part = 0;
    int parts = 1;
    bool isTransposed = false;  ///< stored with its two sizes the other way round

    /// Its shape as the network sees it.
    std::vector<std::int64_t> shape() const;
};

/// By the name under which the network asks.
using StoredWeights = std::map<std::string, StoredTensor>;

struct WeightFiles
{
    std::vector<std::string> paths;
    std::string variant;  ///< "fp16", "bf16", "non_ema", …; empty for the plain file
    bool isSharded = false;
    std::vector<std::string> otherVariants;  ///< that lie beside it
    StoredWeights tensors;                   ///< under their stored names
};

/// The weights in a component's folder: `variant` where it is there, else the plain ones, else the only
/// variant that there is. Throws Error: nothing there; only a pickle or another format (with how to convert);
/// a shard of the index that is missing, lies outside the folder, or lacks a tensor; a tensor in two shards;
/// and what SafetensorsFile::open() throws.
WeightFiles openWeights(const std::filesystem::path& folder, const std::string& variant = {});

/// The same for a single .safetensors file.
WeightFiles openWeightFile(const std::filesystem::path& file);

/// How much a set of weights is.
struct WeightCount
{
    std::int64_t tensors = 0;
    std::int64_t parameters = 0;
    std::int64_t bytes = 0;  ///< as stored
};
WeightCount countWeights(const StoredWeights& tensors);

/// Throws Error where the path is a pickle checkpoint by its name (.ckpt, .bin, .pt, .pth).
void refusePickle(const std::filesystem::path& file);

}  // namespace diffuscope::model::diffusers
