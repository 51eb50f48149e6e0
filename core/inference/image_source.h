// SPDX-License-Identifier: GPL-3.0-or-later
// What a convolution reads: a view of the arena, enlarged or normalized on the way.
#pragma once

#include "core/inference/operation.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::inference {

/// Group norm (epsilon 1e-5), then scale and shift by the image's modulation, then SiLU.
struct Normalization
{
    int groups = 1;
    std::vector<float> weight, bias;  ///< [channels]
    /// Where in a row of Conditioning the scales [channels] are, and the shifts after them; absent for none.
    std::optional<int> modulation{};
    bool silu = true;
};

class ImageSource
{
public:
    /// As it is, or enlarged by repeating the nearest pixel (as at::upsample_nearest2d).
    ImageSource(const Kernels& kernels, const View& view, int height, int width);
    ImageSource(const Kernels& kernels, const View& view, Normalization normalization);

    const View& view() const { return m_view; }
    int height() const { return m_height; }
    int width() const { return m_width; }
    int channels() const { return m_view.channels; }
    /// Whether the view itself is what a convolution would get.
    bool isUnchanged() const { return !m_normalization && !isEnlarged(); }
    std::string description() const;
    /// Which rows lie in these of an image that is padded by `border`.
    Range rowsIn(Range paddedRows, int border) const
    {
        return {std::max(paddedRows.first - border, 0), std::min(paddedRows.last - border, m_height)};
    }

    std::size_t scratchBytes() const;
    /// Writes these rows of an image [height][width][channels] whose rows are rowStride values apart.
    void write(const Pass& pass, int image, Range rows, float* target, std::ptrdiff_t rowStride,
               std::byte* scratch) const;

private:
    bool isEnlarged() const { return m_height != m_view.height || m_width != m_view.width; }
    void copy(const ConstImage& image, Range rows, float* target, std::ptrdiff_t rowStride) const;
    void normalize(const ConstImage& image, const float* modulation, Range rows, float* target,
                   std::ptrdiff_t rowStride, Scratch scratch) const;
    struct Moments
    {
        float mean, inverseDeviation;
    };
    /// Of the group that starts at a channel, from the sums of Kernels::sumMoments.
    Moments moments(const float* firstPixel, const float* sums, const float* squares, int firstChannel) const;

    const Kernels& m_kernels;
    View m_view;
    int m_height;
    int m_width;
    std::optional<Normalization> m_normalization;
};

}  // namespace diffuscope::inference
