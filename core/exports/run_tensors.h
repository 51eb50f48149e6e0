// SPDX-License-Identifier: GPL-3.0-or-later
// A run's record as arrays for other programs.
#pragma once

#include "core/exports/exported_run.h"

#include <cstdint>
#include <string>

namespace diffuscope::exports {

struct TensorOptions
{
    std::vector<int> images{};  ///< of the batch; empty for all
    int frames = 0;             ///< evenly spaced; 0 for all

    bool operator==(const TensorOptions&) const = default;
};

/// Bytes of the file that writeTensors() makes, but for its headers.
std::uint64_t tensorBytes(const ExportedRun& run, const TensorOptions& options);

/// Writes an .npz: x_t, x0_hat and eps_hat, and eps_unconditional of a guided run, [frames, images, channels,
/// height, width] in float32, with NaN where a frame has none; step, t, alpha and sigma of the frames in
/// float64; and recipe.json. Throws Error, Cancelled.
void writeTensors(const std::string& path, const ExportedRun& run, const TensorOptions& options,
                  const Monitor& monitor);

}  // namespace diffuscope::exports
