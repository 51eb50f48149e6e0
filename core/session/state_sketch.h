// SPDX-License-Identifier: GPL-3.0-or-later
// A few numbers of an image, from which two versions of it tell about how far they are apart.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace diffuscope::session {

/// Of an image x of n values the sketch has the projections p_j = sum_i s_ij x_i, j = 1 … k, where the signs
/// s_ij = ±1 are random, but the same everywhere and always: bit j of the i-th output of SplitMix64 from
/// seed 0 (Steele, Lea, Flood 2014). Of the difference d of two images E[(p_j − q_j)²] = |d|²
/// (Alon, Matias, Szegedy 1996), so that
///
///     RMS(d) = |d| / √n ≈ √( sum_j (p_j − q_j)² / (k n) ).
///
/// The expected error of the sum is at most √(2/k) of it, since Var[(p_j − q_j)²] ≤ 2 |d|⁴; of the RMS about
/// 1/√(2k): 25 % with k = 8, 60 % with k = 1 (twice as far off in one case of twenty). Differences below
/// about 1e-7 of the image's own RMS drown in the rounding of the projections to 32-bit floats.
constexpr int usualProjections = 8;
constexpr int mostProjections = 64;

/// The signs for images of one size.
class StateSketcher
{
public:
    StateSketcher(std::size_t imageValues, int projections);

    /// Appends the k projections of an image of `imageValues` values.
    void append(std::span<const float> image, std::vector<float>& sketches) const;

private:
    std::size_t m_imageValues;
    std::size_t m_projections;
    std::vector<double> m_signs;  ///< [imageValues, projections]
};

/// How far an image is about from another version of it.
struct SketchDifference
{
    int image = 0;
    double rms = 0;  ///< of the difference of their values, estimated
};

/// The image that differs most, between two sets of sketches [batch, projections] of images of `imageValues`
/// values.
SketchDifference sketchDifference(std::span<const float> a, std::span<const float> b, int projections,
                                  std::size_t imageValues);

}  // namespace diffuscope::session
