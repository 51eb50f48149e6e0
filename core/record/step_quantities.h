// SPDX-License-Identifier: GPL-3.0-or-later
// Per-step figures of a record: how far the clean estimate moved, how large the noise estimate and the
// guidance are, and how long the step took.
#pragma once

#include "core/record/frame.h"

#include <optional>
#include <span>
#include <vector>

namespace diffuscope::record {

/// The figures of one step. Norms are root mean squares over the images' values, so that they do not depend
/// on how many images or pixels there are: a standard normal noise estimate has 1.
struct StepQuantities
{
    /// RMS of x0Hat − x0Hat of the step before; absent in the first step.
    std::optional<double> x0HatChange{};
    /// RMS of epsHat.
    std::optional<double> epsHat{};
    /// RMS of epsConditional − epsUnconditional; absent where the step was not guided.
    std::optional<double> guidanceDifference{};
    double networkMs = 0;  ///< time inside the denoiser
    double totalMs = 0;    ///< time of the whole step

    bool operator==(const StepQuantities&) const = default;
};

/// The images that figures are taken from: `selected` alone if it is one of the batch, otherwise the whole
/// batch, or evenly spaced images of it (the first always among them) where it holds more than `mostValues`
/// values.
std::vector<int> figureImages(const BatchShape& shape, int selected, std::size_t mostValues = 16384);

/// The figures of `frame` over `images` (indices into its batch), `previous` being the frame before it or
/// null. A result has no step: all norms are absent. Norms are absent as well for no images.
StepQuantities stepQuantities(const Frame& frame, const Frame* previous, std::span<const int> images);

/// Root mean square of the differences between two frames' values of a layer, over these images of both;
/// absent for no images, for images that are not in both, and for images of different sizes.
std::optional<double> rootMeanSquareApart(const Frame& a, const Frame& b, Layer layer,
                                          std::span<const int> images);

}  // namespace diffuscope::record
