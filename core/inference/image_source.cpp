// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/image_source.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::inference {
namespace {

constexpr float normEpsilon = 1e-5f;

}  // namespace

ImageSource::ImageSource(const Kernels& kernels, const View& view, int height, int width)
    : m_kernels(kernels), m_view(view), m_height(height), m_width(width)
{
}

ImageSource::ImageSource(const Kernels& kernels, const View& view, Normalization normalization)
    : m_kernels(kernels),
      m_view(view),
      m_height(view.height),
      m_width(view.width),
      m_normalization(std::move(normalization))
{
}

std::string ImageSource::description() const
{
    if (isEnlarged())
        return "enlarge, ";
    if (!m_normalization)
        return {};
    return std::string("group norm") + (m_normalization->modulation ? ", modulation" : "") +
           (m_normalization->silu ? ", SiLU, " : ", ");
}

std::size_t ImageSource::scratchBytes() const
{
    return 4 * Scratch::bytesFor(static_cast<std::size_t>(channels()) * sizeof(float));
}

void ImageSource::write(const Pass& pass, int image, Range rows, float* target, std::ptrdiff_t rowStride,
                        std::byte* scratch) const
{
    const ConstImage source = pass.image(m_view, image);
    if (m_normalization)
        normalize(source, pass.modulations[image], rows, target, rowStride, Scratch(scratch));
    else
        copy(source, rows, target, rowStride);
}

void ImageSource::copy(const ConstImage& image, Range rows, float* target, std::ptrdiff_t rowStride) const
{
    for (int y = rows.first; y < rows.last; ++y) {
        const float* row = image.values + static_cast<std::ptrdiff_t>(y * image.height / m_height) *
                                              image.width * image.stride;
        for (int x = 0; x < m_width; ++x) {
            std::copy_n(row + x * image.width / m_width * image.stride, image.channels,
                        target + y * rowStride + static_cast<std::ptrdiff_t>(x) * image.channels);
        }
    }
}

ImageSource::Moments ImageSource::moments(const float* firstPixel, const float* sums, const float* squares,
                                          int firstChannel) const
{
    const int last = firstChannel + channels() / m_normalization->groups;
    const double positions = m_view.positions(), count = positions * (last - firstChannel);
    double total = 0.0;
    for (int c = firstChannel; c < last; ++c)
        total += sums[c] + positions * firstPixel[c];
    const double mean = total / count;
    double variance = 0.0;
    for (int c = firstChannel; c < last; ++c) {
        const double shift = mean - firstPixel[c];
        variance += squares[c] + shift * (positions * shift - 2.0 * sums[c]);
    }
    return {static_cast<float>(mean),
            static_cast<float>(1.0 / std::sqrt(std::max(variance / count, 0.0) + normEpsilon))};
}

void ImageSource::normalize(const ConstImage& image, const float* modulation, Range rows, float* target,
                            std::ptrdiff_t rowStride, Scratch scratch) const
{
    const Normalization& norm = *m_normalization;
    const auto count = static_cast<std::size_t>(channels());
    float* sums = scratch.floats(count);
    float* squares = scratch.floats(count);
    float* factors = scratch.floats(count);
    float* offsets = scratch.floats(count);
    m_kernels.sumMoments(image, sums, squares);
    const float* scales = norm.modulation ? modulation + *norm.modulation : nullptr;
    const std::size_t perGroup = count / static_cast<std::size_t>(norm.groups);
    for (std::size_t first = 0; first < count; first += perGroup) {
        const Moments group = moments(image.values, sums, squares, static_cast<int>(first));
        for (std::size_t c = first; c < first + perGroup; ++c) {
            const float scale = scales ? 1.0f + scales[c] : 1.0f;
            const float shift = scales ? scales[count + c] : 0.0f;
            factors[c] = norm.weight[c] * scale * group.inverseDeviation;
            offsets[c] = norm.bias[c] * scale + shift - group.mean * factors[c];
        }
    }
    ConstImage part = image;
    part.values += static_cast<std::ptrdiff_t>(rows.first) * image.width * image.stride;
    part.height = rows.size();
    m_kernels.activate({part, factors, offsets, norm.silu, target + rows.first * rowStride, rowStride});
}

}  // namespace diffuscope::inference
