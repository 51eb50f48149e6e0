// SPDX-License-Identifier: GPL-3.0-or-later
// How much pictures that were asked for as the same differ, and how sharp they are. No torch in here.
#pragma once

#include "core/record/image_batch.h"

#include <vector>

namespace diffuscope::measure {

/// The mean over pairs of pictures with the same label of the root mean square of their difference; 0 where
/// no two have one label. A generator that makes one picture of each class has 0. Throws
/// std::invalid_argument where the number of labels is not that of the pictures.
double varietyWithinClasses(const record::ImageBatch& pictures, const std::vector<int>& labels);

/// The mean absolute difference of neighbouring pixels, across and down: of blurred pictures it is small. 0
/// for pictures of one pixel.
double meanContrastOfNeighbours(const record::ImageBatch& pictures);

}  // namespace diffuscope::measure
