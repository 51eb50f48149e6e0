// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/image_renderer.h"

#include "core/exports/color_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

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

constexpr int divergingSteps = 511;  // odd: the middle one is zero

const std::array<std::uint32_t, divergingSteps>& divergingTable()
{
    static const auto table = [] {
        std::array<std::uint32_t, divergingSteps> colors{};
        for (int i = 0; i < divergingSteps; ++i)
            colors[std::size_t(i)] = divergingColor(2.0 * i / (divergingSteps - 1) - 1);
        return colors;
    }();
    return table;
}

/// Not a number becomes black, which is no colour of the scale.
void renderDiverging(std::span<const float> values, ValueRange range, std::uint32_t* out)
{
    const auto& table = divergingTable();
    const float scale = float(divergingSteps - 1) / (range.high - range.low);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float place = (values[i] - range.low) * scale + 0.5F;
        const auto step = std::size_t(std::min(std::max(0.0F, place), float(divergingSteps - 1)));
        out[i] = std::isnan(values[i]) ? 0xff000000U : table[step];
    }
}

/// Planar values [channels, pixels] of one image; one channel or three.
void renderCell(std::span<const float> values, int channels, const ColorScale& scale, std::uint32_t* out)
{
    const std::size_t pixels = values.size() / std::size_t(channels);
    const float low = scale.range.low;
    const float perLevel = 255.0F / (scale.range.high - low);
    if (channels != 3 && scale.isDiverging)
        return renderDiverging(values.first(pixels), scale.range, out);
    if (channels != 3)
        return renderGrey(values.first(pixels), low, perLevel, out);
    const auto red = values.first(pixels);
    const auto green = values.subspan(pixels, pixels);
    const auto blue = values.subspan(2 * pixels, pixels);
    for (std::size_t i = 0; i < pixels; ++i)
        out[i] = pixel(level(red[i], low, perLevel), level(green[i], low, perLevel),
                       level(blue[i], low, perLevel));
}

}  // namespace

QRgb divergingColor(double place)
{
    const exports::Color color = exports::divergingColor(place);
    return qRgb(color[0], color[1], color[2]);
}

ValueRange extremesOf(std::span<const float> values)
{
    ValueRange range{std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};
    for (const float value : values) {
        range.low = value < range.low ? value : range.low;
        range.high = value > range.high ? value : range.high;
    }
    return range;
}

ValueRange united(ValueRange a, ValueRange b)
{
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

ColorScale colorScale(RangeMode mode, bool isSigned, ValueRange extremes)
{
    ValueRange range = mode == RangeMode::wide ? ValueRange{-3, 3} : ValueRange{-1, 1};
    const bool looks = mode == RangeMode::fit || mode == RangeMode::run;
    if (looks && extremes.low <= extremes.high && std::isfinite(extremes.low) &&
        std::isfinite(extremes.high)) {
        if (isSigned) {
            const float size = std::max(std::abs(extremes.low), std::abs(extremes.high));
            range = size > 0 ? ValueRange{-size, size} : ValueRange{-1, 1};
        } else {
            range = extremes.low < extremes.high ? extremes : ValueRange{extremes.low - 1, extremes.high + 1};
        }
    }
    return {range, isSigned};
}

ValueRange valueRange(RangeMode mode, std::span<const float> values)
{
    const bool looks = mode == RangeMode::fit || mode == RangeMode::run;
    return colorScale(mode, false, looks ? extremesOf(values) : ValueRange{}).range;
}

void renderAtlas(const record::BatchShape& shape, std::span<const float> values, const ColorScale& scale,
                 QImage& target)
{
    const QSize size(shape.width, shape.height * shape.batch);
    if (target.size() != size || target.format() != QImage::Format_RGB32)
        target = QImage(size, QImage::Format_RGB32);
    if (target.isNull())
        return;
    // RGB32 scan lines have no padding, so the whole picture is one array.
    auto* out = reinterpret_cast<std::uint32_t*>(target.bits());
    if (shape.channels == 1)
        return renderCell(values, 1, scale, out);
    for (int k = 0; k < shape.batch; ++k)
        renderCell(values.subspan(std::size_t(k) * shape.imageValues(), shape.imageValues()), shape.channels,
                   scale, out + std::size_t(k) * shape.pixels());
}

QImage renderImage(record::BatchShape shape, std::span<const float> values, const ColorScale& scale)
{
    shape.batch = 1;
    QImage image;
    renderAtlas(shape, values, scale, image);
    return image;
}

QRect atlasCell(const record::BatchShape& shape, int k)
{
    return {0, k * shape.height, shape.width, shape.height};
}

}  // namespace diffuscope::ui
