#include "ui/views/image_renderer.h"

#include <algorithm>
#include <cstdint>

namespace diffuscope::ui {

namespace {

/// 0 … 255 of a value; not a number becomes black. Kept free of branches so that the loops below vectorise.
inline std::uint32_t level(float value, float low, float scale)
{
    const float grey = (value - low) * scale + 0.5F;
    return std::uint32_t(std::min(std::max(0.0F, grey), 255.0F));
}

inline std::uint32_t pixel(std::uint32_t red, std::uint32_t green, std::uint32_t blue)
{
    return 0xff000000U | (red << 16U) | (green << 8U) | blue;
}

void renderGrey(std::span<const float> values, float low, float scale, std::uint32_t* out)
{
    for (std::size_t i = 0; i < values.size(); ++i)
        out[i] = 0xff000000U | level(values[i], low, scale) * 0x010101U;
}

/// Planar values [channels, pixels] of one image; one channel or three.
void renderCell(std::span<const float> values, int channels, float low, float scale, std::uint32_t* out)
{
    const std::size_t pixels = values.size() / std::size_t(channels);
    if (channels != 3)
        return renderGrey(values.first(pixels), low, scale, out);
    const auto red = values.first(pixels);
    const auto green = values.subspan(pixels, pixels);
    const auto blue = values.subspan(2 * pixels, pixels);
    for (std::size_t i = 0; i < pixels; ++i)
        out[i] = pixel(level(red[i], low, scale), level(green[i], low, scale), level(blue[i], low, scale));
}

}  // namespace

ValueRange valueRange(RangeMode mode, std::span<const float> values)
{
    if (mode == RangeMode::data || values.empty())
        return {-1, 1};
    if (mode == RangeMode::wide)
        return {-3, 3};
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (!(*low < *high))
        return {*low - 1, *high + 1};
    return {*low, *high};
}

void renderAtlas(const record::BatchShape& shape, std::span<const float> values, ValueRange range,
                 QImage& target)
{
    const QSize size(shape.width, shape.height * shape.batch);
    if (target.size() != size || target.format() != QImage::Format_RGB32)
        target = QImage(size, QImage::Format_RGB32);
    if (target.isNull())
        return;
    // RGB32 scan lines have no padding, so the whole picture is one array.
    auto* out = reinterpret_cast<std::uint32_t*>(target.bits());
    const float scale = 255.0F / (range.high - range.low);
    if (shape.channels == 1)
        return renderGrey(values, range.low, scale, out);
    for (int k = 0; k < shape.batch; ++k)
        renderCell(values.subspan(std::size_t(k) * shape.imageValues(), shape.imageValues()), shape.channels,
                   range.low, scale, out + std::size_t(k) * shape.pixels());
}

QImage renderImage(record::BatchShape shape, std::span<const float> values, ValueRange range)
{
    shape.batch = 1;
    QImage image;
    renderAtlas(shape, values, range, image);
    return image;
}

QRect atlasCell(const record::BatchShape& shape, int k)
{
    return {0, k * shape.height, shape.width, shape.height};
}

}  // namespace diffuscope::ui
