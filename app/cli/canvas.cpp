#include "app/cli/canvas.h"

#include "app/cli/bitmap_font.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::cli {

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
    for (int y = std::max(top, 0); y < bottom; ++y) {
        for (int x = std::max(left, 0); x < right; ++x) {
            std::fill_n(m_pixels.begin() + std::ptrdiff_t(offset(x, y)), m_channels, grey);
        }
    }
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

}  // namespace diffuscope::cli
