// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/pixel_shuffle.h"

namespace diffuscope::inference {
namespace {

/// Calls use(value's place in [C, H, W], value's place in the view) for every value of an image in these of
/// the view's rows.
template <typename Use>
void forEachValue(const View& view, int patch, Range rows, Use use)
{
    const std::ptrdiff_t side = patch, width = side * view.width, height = side * view.height;
    for (int c = 0; c < view.channels; ++c) {
        const int plane = c / (patch * patch), dy = c / patch % patch, dx = c % patch;
        for (std::ptrdiff_t y = rows.first; y < rows.last; ++y) {
            for (std::ptrdiff_t x = 0; x < view.width; ++x) {
                use((plane * height + y * patch + dy) * width + x * patch + dx,
                    (y * view.width + x) * view.pixelStride + c);
            }
        }
    }
}

std::string squares(int patch)
{
    return patch == 1 ? "" : " of " + std::to_string(patch) + "×" + std::to_string(patch) + " pixels";
}

}  // namespace

PixelUnshuffle::PixelUnshuffle(std::string name, int patch, const View& result)
    : Operation(std::move(name)), m_patch(patch), m_result(result)
{
}

std::string PixelUnshuffle::description() const
{
    return "gather channels" + squares(m_patch);
}

void PixelUnshuffle::execute(const Pass& pass) const
{
    const std::size_t valuesPerImage = countOf(m_result.positions(), m_result.channels);
    for (int image = 0; image < pass.images; ++image) {
        const float* from = pass.input + static_cast<std::size_t>(image) * valuesPerImage;
        float* to = pass.values(m_result, image);
        forEachValue(m_result, m_patch, pass.share.of(m_result.height),
                     [=](std::ptrdiff_t outside, std::ptrdiff_t inside) { to[inside] = from[outside]; });
    }
}

PixelShuffle::PixelShuffle(std::string name, int patch, const View& source)
    : Operation(std::move(name)), m_patch(patch), m_source(source)
{
}

std::string PixelShuffle::description() const
{
    return "spread channels" + squares(m_patch);
}

void PixelShuffle::execute(const Pass& pass) const
{
    const std::size_t valuesPerImage = countOf(m_source.positions(), m_source.channels);
    for (int image = 0; image < pass.images; ++image) {
        const float* from = pass.values(m_source, image);
        float* to = pass.output + static_cast<std::size_t>(image) * valuesPerImage;
        forEachValue(m_source, m_patch, pass.share.of(m_source.height),
                     [=](std::ptrdiff_t outside, std::ptrdiff_t inside) { to[outside] = from[inside]; });
    }
}

}  // namespace diffuscope::inference
