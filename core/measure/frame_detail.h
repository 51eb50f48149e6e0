// SPDX-License-Identifier: GPL-3.0-or-later
// How far the clean estimate of one frame has come: its share of coarse and fine structure, and its distance
// from the result. No torch in here.
#pragma once

#include "core/measure/frequency_bands.h"
#include "core/record/frame.h"

#include <optional>
#include <span>

namespace diffuscope::measure {

/// 10·log₁₀(peak²/meanSquare) in dB; +inf where there is no difference. Images here are in [−1, 1], so their
/// peak is 2.
double peakSignalToNoise(double meanSquare, double peak = 2);

/// PSNR in dB between x0Hat of `frame` and the state of `result` (the last frame of the run), over `images`
/// (indices into the batch); absent for no images and for frames of different shapes.
std::optional<double> distanceToResult(const record::Frame& frame, const record::Frame& result,
                                       std::span<const int> images);

/// The shares of the energy of x0Hat by band, over `images`; absent for no images, and where these are flat.
/// `bands` must be made for the frame's images.
std::optional<BandEnergy> structureOf(const record::Frame& frame, const FrequencyBands& bands,
                                      std::span<const int> images);

}  // namespace diffuscope::measure
