// SPDX-License-Identifier: GPL-3.0-or-later
// A picture that images and labels are put on.
#pragma once

#include "core/exports/color_scale.h"
#include "core/record/image_batch.h"

#include <span>
#include <string>
#include <vector>

namespace diffuscope::exports {

/// Bytes [height, width, channels], white at first; what lies outside is not drawn.
class Canvas
{
public:
    /// `channels` 1 (grey) or 3.
    Canvas(int width, int height, int channels);

    int width() const { return m_width; }
    int height() const { return m_height; }
    int channels() const { return m_channels; }
    const std::vector<unsigned char>& pixels() const { return m_pixels; }

    void fillRectangle(int left, int top, int width, int height, unsigned char grey);
    /// Each dot of the font is `scale` pixels wide.
    void drawText(int left, int top, const std::string& text, int scale, unsigned char grey);
    /// Image k of the batch, values in [-1, 1], each pixel `zoom` wide. A grey image is drawn in all
    /// channels.
    void drawImage(int left, int top, const record::ImageBatch& images, int k, int zoom);
    /// Values [shape.channels, shape.height, shape.width] in the colours of a scale, on a canvas of 3
    /// channels; images of three channels are coloured by their channels.
    void drawValues(int left, int top, const record::BatchShape& shape, std::span<const float> values,
                    const ColorScale& scale, int zoom);

    /// Another canvas of as many channels.
    void drawCanvas(int left, int top, const Canvas& other);

private:
    std::size_t offset(int x, int y) const
    {
        return (std::size_t(y) * std::size_t(m_width) + std::size_t(x)) * std::size_t(m_channels);
    }

    int m_width;
    int m_height;
    int m_channels;
    std::vector<unsigned char> m_pixels;
};

}  // namespace diffuscope::exports
