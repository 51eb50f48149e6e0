// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/canvas.h"

#include "core/exports/bitmap_font.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::exports {

Canvas::Canvas(int width, int height, int channels)
    : m_width(width),
      m_height(height),
      m_channels(channels),
      m_pixels(std::size_t(width) * std::size_t(height) * std::size_t(channels), 255)
{
}

void Canvas::fillRectangle(int left, int top, int width, int height, unsigned char grey)
{
    const int right = std::min(left + width, m_width);
    const int bottom = std::min(top + height, m_height);
    for (int y = std::max(top, 0); y < bottom; ++y)
        for (int x = std::max(left, 0); x < right; ++x)
            std::fill_n(m_pixels.begin() + std::ptrdiff_t(offset(x, y)), m_channels, grey);
}

void Canvas::drawText(int left, int top, const std::string& text, int scale, unsigned char grey)
{
    forEachDot(text,
               [&](int x, int y) { fillRectangle(left + x * scale, top + y * scale, scale, scale, grey); });
}

void Canvas::drawImage(int left, int top, const record::ImageBatch& images, int k, int zoom)
{
    const auto values = images.image(k);
    const auto& shape = images.shape;
    for (int y = 0; y < shape.height * zoom && top + y < m_height; ++y) {
        for (int x = 0; x < shape.width * zoom && left + x < m_width; ++x) {
            const std::size_t pixel = std::size_t(y / zoom * shape.width + x / zoom);
            for (int c = 0; c < m_channels; ++c) {
                const std::size_t channel = std::size_t(std::min(c, shape.channels - 1));
                const float value = std::clamp(values[channel * shape.pixels() + pixel], -1.0F, 1.0F);
                m_pixels[offset(left + x, top + y) + std::size_t(c)] =
                    static_cast<unsigned char>(std::lround((value + 1) * 127.5F));
            }
        }
    }
}

void Canvas::drawValues(int left, int top, const record::BatchShape& shape, std::span<const float> values,
                        const ColorScale& scale, int zoom)
{
    const ColorScale ofChannels{scale.low, scale.high, false};
    for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
            const std::size_t pixel = std::size_t(y * shape.width + x);
            Color color = colorOf(values[pixel], shape.channels == 3 ? ofChannels : scale);
            for (std::size_t c = 1; shape.channels == 3 && c < color.size(); ++c)
                color[c] = colorOf(values[c * shape.pixels() + pixel], ofChannels)[c];
            for (int row = top + y * zoom; row < std::min(top + (y + 1) * zoom, m_height); ++row)
                for (int column = left + x * zoom; column < std::min(left + (x + 1) * zoom, m_width);
                     ++column)
                    std::ranges::copy(color, m_pixels.begin() + std::ptrdiff_t(offset(column, row)));
        }
    }
}

void Canvas::drawCanvas(int left, int top, const Canvas& other)
{
    const int width = std::min(other.m_width, m_width - left);
    for (int y = 0; y < std::min(other.m_height, m_height - top) && width > 0; ++y) {
        std::copy_n(other.m_pixels.begin() + std::ptrdiff_t(other.offset(0, y)), width * m_channels,
                    m_pixels.begin() + std::ptrdiff_t(offset(left, top + y)));
    }
}

}  // namespace diffuscope::exports
