// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/run_pictures.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::exports {

namespace {

/// The layer's values; empty where this frame does not have it.
std::vector<float> valuesAt(const explain::RunReader& reader, int frame, record::Layer layer, int image)
{
    return reader.has(frame, layer) ? reader.read(frame, layer, image) : std::vector<float>{};
}

std::string scaleRemark(const PictureOptions& options, const ColorScale& scale)
{
    if (!scale.isDiverging)
        return layerId(options.layer);
    return layerId(options.layer) + ", blue " + shortNumber(scale.low) + " to red " + shortNumber(scale.high);
}

std::vector<int> lastFrames(std::span<const ExportedRun> runs)
{
    std::vector<int> frames;
    for (const ExportedRun& run : runs)
        frames.push_back(run.shape().batch > 0 ? run.trajectory().size() - 1 : 0);
    return frames;
}

/// A run's most images that all of the runs have.
std::vector<int> commonImages(std::span<const ExportedRun> runs, const std::vector<int>& asked)
{
    const auto smallest =
        std::ranges::min_element(runs, {}, [](const ExportedRun& run) { return run.shape().batch; });
    return chosenImages(*smallest, asked);
}

void checkSameSize(std::span<const ExportedRun> runs)
{
    if (runs.empty())
        throw Error(ErrorCode::invalidOption, "There is no run to export yet.", "Sample a recipe first.");
    for (const ExportedRun& run : runs) {
        const record::BatchShape &a = run.shape(), &b = runs.front().shape();
        if (a.channels != b.channels || a.height != b.height || a.width != b.width)
            throw Error(ErrorCode::invalidOption, "The runs have images of different sizes.",
                        "Compare runs of models with images of one size.");
    }
}

}  // namespace

ColorScale scaleOf(std::span<const ExportedRun> runs, const PictureOptions& options, const Monitor& monitor)
{
    if (!isSigned(options.layer))
        return {};
    float largest = 0;
    for (const ExportedRun& run : runs) {
        const explain::RunReader reader(run.facts);
        for (const int frame : spacedFrames(run.trajectory(), options.frames)) {
            monitor.at(0);
            for (const int image : chosenImages(run, options.images))
                for (const float value : valuesAt(reader, frame, options.layer, image))
                    largest = std::isfinite(value) ? std::max(largest, std::abs(value)) : largest;
        }
    }
    largest = largest > 0 ? largest : 1;
    return {-largest, largest, true};
}

LabelledGrid filmStripGrid(const ExportedRun& run, const PictureOptions& options)
{
    LabelledGrid grid{.title = runTitle(run),
                      .remark = layerId(options.layer),
                      .rows = {},
                      .columns = {},
                      .image = run.shape(),
                      .zoom = options.zoom};
    for (const int image : chosenImages(run, options.images))
        grid.rows.push_back({"image " + std::to_string(image), imageTitle(run.recipe, image)});
    for (const int frame : spacedFrames(run.trajectory(), options.frames))
        grid.columns.push_back({frameTitle(run.trajectory(), frame), frameTime(run.trajectory(), frame)});
    sizeOf(grid);
    return grid;
}

Canvas filmStrip(const ExportedRun& run, const PictureOptions& options, const Monitor& monitor)
{
    LabelledGrid grid = filmStripGrid(run, options);
    const ColorScale scale = scaleOf({&run, 1}, options, monitor);
    grid.remark = scaleRemark(options, scale);
    const auto images = chosenImages(run, options.images);
    const auto frames = spacedFrames(run.trajectory(), options.frames);
    const explain::RunReader reader(run.facts);
    return drawnGrid(
        grid, scale,
        [&](int row, int column) {
            return valuesAt(reader, frames[std::size_t(column)], options.layer, images[std::size_t(row)]);
        },
        monitor);
}

LabelledGrid comparisonGrid(std::span<const ExportedRun> runs, const PictureOptions& options)
{
    checkSameSize(runs);
    LabelledGrid grid{
        .title = "Comparison of " + std::to_string(runs.size()) + (runs.size() == 1 ? " run" : " runs"),
        .remark = layerId(options.layer),
        .rows = {},
        .columns = {},
        .image = runs.front().shape(),
        .zoom = options.zoom};
    for (const ExportedRun& run : runs) {
        const int evaluations = run.trajectory().frames.back()->totalEvaluations;
        grid.rows.push_back(
            {run.name.empty() ? runTitle(run) : run.name, std::to_string(evaluations) + " evaluations"});
    }
    for (const int image : commonImages(runs, options.images))
        grid.columns.push_back({"image " + std::to_string(image), {}});
    sizeOf(grid);
    return grid;
}

Canvas comparisonSheet(std::span<const ExportedRun> runs, const PictureOptions& options,
                       const Monitor& monitor)
{
    LabelledGrid grid = comparisonGrid(runs, options);
    PictureOptions last = options;
    last.frames = 1;
    last.images = commonImages(runs, options.images);
    const ColorScale scale = scaleOf(runs, last, monitor);
    grid.remark = scaleRemark(options, scale);
    const std::vector<int> frames = lastFrames(runs);
    return drawnGrid(
        grid, scale,
        [&](int row, int column) {
            const auto index = std::size_t(row);
            return valuesAt(explain::RunReader(runs[index].facts), frames[index], options.layer,
                            last.images[std::size_t(column)]);
        },
        monitor);
}

LabelledGrid animationGrid(const ExportedRun& run, const PictureOptions& options, int frame)
{
    const int images = int(chosenImages(run, options.images).size());
    const int columns = int(std::ceil(std::sqrt(double(images))));
    const int rows = (images + columns - 1) / columns;
    const std::string time = frameTime(run.trajectory(), frame);
    LabelledGrid grid{.title = frameTitle(run.trajectory(), frame) + (time.empty() ? "" : ", " + time),
                      .remark = runTitle(run),
                      .rows = std::vector<GridLabel>(static_cast<std::size_t>(rows)),
                      .columns = std::vector<GridLabel>(static_cast<std::size_t>(columns)),
                      .image = run.shape(),
                      .zoom = options.zoom};
    sizeOf(grid);
    return grid;
}

Canvas animationFrame(const ExportedRun& run, const PictureOptions& options, int frame,
                      const ColorScale& scale)
{
    const LabelledGrid grid = animationGrid(run, options, frame);
    const auto images = chosenImages(run, options.images);
    const explain::RunReader reader(run.facts);
    const std::size_t columns = grid.columns.size();
    return drawnGrid(grid, scale,
                     [&](int row, int column) {
                         const std::size_t place = std::size_t(row) * columns + std::size_t(column);
                         return place < images.size() ? valuesAt(reader, frame, options.layer, images[place])
                                                      : std::vector<float>{};
                     },
                     {});
}

}  // namespace diffuscope::exports
