// SPDX-License-Identifier: GPL-3.0-or-later
// Brings a picture of any size to the size that a model works at.
#pragma once

#include "core/base/picture_reader.h"

#include <vector>

namespace diffuscope::edit {

enum class Fit {
    crop,     ///< the largest middle part of the target's shape
    contain,  ///< the whole picture, with the colour of its upper left corner around it
};

/// `picture` as width × height pixels. A smaller picture is the mean of the pixels that each new one covers,
/// a larger one is interpolated linearly; one that has the size already comes back as it is. `isInverted`:
/// with light and dark exchanged. Throws Error(invalidOption) where width or height is not from 1 to 4096,
/// and for an empty picture.
base::Picture fitted(const base::Picture& picture, int width, int height, Fit fit = Fit::crop,
                     bool isInverted = false);

/// Values [channels, height, width] in [−1, 1]: of one channel the luma (Rec. 601) of each pixel, of three
/// red, green and blue. Throws Error(invalidOption) for other numbers of channels.
std::vector<float> channelValues(const base::Picture& picture, int channels);

}  // namespace diffuscope::edit
