// SPDX-License-Identifier: GPL-3.0-or-later
// Turns recorded floats into pictures: which value has which colour, and one 8-bit atlas a frame.
#pragma once

#include "core/record/image_batch.h"

#include <QImage>
#include <QRect>

#include <span>

namespace diffuscope::ui {

/// Which values get the ends of the scale. Nothing is stretched unless the person chose `fit` or `run`.
enum class RangeMode {
    data,  ///< [−1, 1], the range of the training data: what an image viewer would show
    wide,  ///< [−3, 3], which holds 99.7 % of a standard normal state
    fit,   ///< the smallest to the largest value of the frame
    run,   ///< the smallest to the largest value of all frames of the run
};

/// The values at the two ends of the scale; what lies outside is clipped.
struct ValueRange
{
    float low = -1;
    float high = 1;
    bool operator==(const ValueRange&) const = default;
};

/// How values become colours.
struct ColorScale
{
    ColorScale() = default;
    ColorScale(ValueRange ends, bool diverging = false) : range(ends), isDiverging(diverging) {}

    ValueRange range{};
    /// From blue over a pale middle to red; images of three channels are coloured by their channels all the
    /// same.
    bool isDiverging = false;
    bool operator==(const ColorScale&) const = default;
};

/// The range of a mode; only `fit` and `run` look at the values (a constant picture gets [v − 1, v + 1]).
ValueRange valueRange(RangeMode mode, std::span<const float> values);

/// The smallest and the largest value that are numbers; low > high where there is none.
ValueRange extremesOf(std::span<const float> values);
/// The range that holds both.
ValueRange united(ValueRange a, ValueRange b);

/// The scale of values with these extremes. That of signed ones is symmetric around zero.
ColorScale colorScale(RangeMode mode, bool isSigned, ValueRange extremes);

/// The colour of a value in a diverging scale, at `place` −1 … 1 of it: of equal lightness for ±place, so
/// that neither sign looks larger; the pale middle is zero.
QRgb divergingColor(double place);

/// All images of a batch in one RGB32 picture, stacked top to bottom: image k is the cell k·height …
/// (k+1)·height − 1. One channel becomes grey, three become RGB, of any other number the first is shown.
/// `target` is reused where it already has the size.
void renderAtlas(const record::BatchShape& shape, std::span<const float> values, const ColorScale& scale,
                 QImage& target);

/// One image, values [channels, height, width].
QImage renderImage(record::BatchShape shape, std::span<const float> values, const ColorScale& scale);

/// Where image k lies in its atlas.
QRect atlasCell(const record::BatchShape& shape, int k);

}  // namespace diffuscope::ui
