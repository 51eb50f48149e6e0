// SPDX-License-Identifier: GPL-3.0-or-later
// What one sample of a model is: a picture of pixels, a point, or a latent that a decoder turns into a
// picture.
#pragma once

#include <cstddef>
#include <string>

namespace diffuscope::model {

enum class SampleKind {
    pixels,  ///< [channels, height, width], 1 (grey) or 3 (RGB) channels in [−1, 1]
    points,  ///< [dimensions, 1, 1]: coordinates in the plane or on a line
    latent,  ///< [channels, height, width], which the model's decoder turns into a picture
};

/// A plain value; `height` and `width` are 1 for points.
struct SampleSpace
{
    SampleKind kind = SampleKind::pixels;
    int channels = 1;
    int height = 1;
    int width = 1;

    static SampleSpace pixels(int channels, int height, int width)
    {
        return {SampleKind::pixels, channels, height, width};
    }
    static SampleSpace points(int dimensions) { return {SampleKind::points, dimensions, 1, 1}; }
    static SampleSpace latent(int channels, int height, int width)
    {
        return {SampleKind::latent, channels, height, width};
    }

    std::size_t values() const { return std::size_t(channels) * std::size_t(height) * std::size_t(width); }
    bool operator==(const SampleSpace&) const = default;
};

/// For people: "28×28 pixels", "28×28 pixels, 3 channels", "points of 2 values", "latents of 4×16×16".
std::string describe(const SampleSpace& space);

}  // namespace diffuscope::model
