// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of recorded runs: a film strip of one, a comparison of several, and the frames of an animation.
#pragma once

#include "core/exports/labelled_grid.h"

#include <span>

namespace diffuscope::exports {

struct PictureOptions
{
    record::Layer layer = record::Layer::xt;
    std::vector<int> images{};  ///< of the batch; empty for all
    int frames = 8;             ///< of a film strip, evenly spaced; 0 for all
    int zoom = 3;

    bool operator==(const PictureOptions&) const = default;
};

/// The scale that a layer is shown in: [−1, 1] for images, and for signed quantities the largest size among
/// these images and frames, symmetric around zero.
ColorScale scaleOf(std::span<const ExportedRun> runs, const PictureOptions& options, const Monitor& monitor);

/// One row an image, one column a frame. Throws Error(invalidOption) for images that are not there, and for a
/// picture that would be too large.
LabelledGrid filmStripGrid(const ExportedRun& run, const PictureOptions& options);
Canvas filmStrip(const ExportedRun& run, const PictureOptions& options, const Monitor& monitor);

/// The last frames of several runs: one row a run, one column an image. Their images must be of one size.
LabelledGrid comparisonGrid(std::span<const ExportedRun> runs, const PictureOptions& options);
Canvas comparisonSheet(std::span<const ExportedRun> runs, const PictureOptions& options,
                       const Monitor& monitor);

/// One frame of a run's animation: its images in a square, with the step beneath.
LabelledGrid animationGrid(const ExportedRun& run, const PictureOptions& options, int frame);
Canvas animationFrame(const ExportedRun& run, const PictureOptions& options, int frame,
                      const ColorScale& scale);

}  // namespace diffuscope::exports
