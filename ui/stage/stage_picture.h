// SPDX-License-Identifier: GPL-3.0-or-later
// What the stage shows of one frame: its values, layer by layer, and their picture.
#pragma once

#include "core/explain/run_reader.h"
#include "ui/stage/image_grid.h"
#include "ui/widgets/layer_ranges.h"

#include <functional>

namespace diffuscope::ui {

/// Cells are the images of a batch in one layer, or the layers of one image.
struct StagePicture
{
    record::FramePtr frame{};
    int image = -1;  ///< whose layers; −1 for one layer of all images
    record::Layer layer = record::Layer::xt;
    std::vector<explain::Absence> absences{};  ///< one for the layer, or one for each
    record::ImageBatch values{};               ///< of no values where the one layer is absent
    std::vector<ColorScale> scales{};          ///< as absences
    QImage atlas{};

    bool isOfLayers() const { return image >= 0; }
    record::Layer layerOf(int cell) const { return isOfLayers() ? allLayers().at(std::size_t(cell)) : layer; }
    bool isAbsent(int cell) const
    {
        return absences.at(isOfLayers() ? std::size_t(cell) : 0) != explain::Absence::none;
    }
    /// Whether it has the same values.
    bool isOf(const StagePicture& other) const
    {
        return frame == other.frame && image == other.image && layer == other.layer &&
               absences == other.absences;
    }
};

/// Which frame, layer and image a picture is of, and what of it is absent; still without values. `image` is
/// −1 for one layer of all images.
StagePicture describePicture(const explain::RunReader& run, const record::FramePtr& frame,
                             record::Layer layer, int image);
/// Reads its values.
void readValues(StagePicture& picture, const explain::RunReader& run);
/// Of the only image that was read: gives it every place of a batch, so that it is found at its own.
void repeatForBatch(StagePicture& picture, int batch);
/// Colours it. False where nothing changed.
bool colorPicture(StagePicture& picture, const std::function<LayerColoring(record::Layer)>& coloringOf);

/// "x 14, y 3 · x̂₀ −0.123", with three values where images have three channels.
QString pixelText(const StagePicture& picture, const ImagePixel& cell);
/// The symbol of a cell's layer and its range: "ε̂ ±3".
QString layerCaption(const StagePicture& picture, int cell);
/// All cells as one sheet, magnified by whole pixels; null if there is none.
QImage sheetOf(const StagePicture& picture, int magnification);

}  // namespace diffuscope::ui
