// Turns recorded floats into pictures: which value is black, which is white, and one 8-bit atlas a frame.
#pragma once

#include "core/record/image_batch.h"

#include <QImage>
#include <QRect>

#include <span>

namespace diffuscope::ui {

/// How values are mapped to grey. Nothing is stretched unless the person chose `fit`.
enum class RangeMode {
    data,  ///< [−1, 1], the range of the training data: what an image viewer would show
    wide,  ///< [−3, 3], which holds 99.7 % of a standard normal state
    fit,   ///< the smallest to the largest value of the frame
};

/// The values shown black and white; what lies outside is clipped.
struct ValueRange
{
    float low = -1;
    float high = 1;
    bool operator==(const ValueRange&) const = default;
};

/// The range of a mode; only `fit` looks at the values (a constant picture gets [v − 1, v + 1]).
ValueRange valueRange(RangeMode mode, std::span<const float> values);

/// All images of a batch in one RGB32 picture, stacked top to bottom: image k is the cell k·height …
/// (k+1)·height − 1. One channel becomes grey, three become RGB, of any other number the first is shown.
/// `target` is reused where it already has the size.
void renderAtlas(const record::BatchShape& shape, std::span<const float> values, ValueRange range,
                 QImage& target);

/// One image, values [channels, height, width].
QImage renderImage(record::BatchShape shape, std::span<const float> values, ValueRange range);

/// Where image k lies in its atlas.
QRect atlasCell(const record::BatchShape& shape, int k);

}  // namespace diffuscope::ui
