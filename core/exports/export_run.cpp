// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/export_run.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/exports/animation.h"
#include "core/exports/picture.h"
#include "core/exports/run_plots.h"
#include "core/exports/run_tables.h"
#include "core/exports/run_tensors.h"

#include <algorithm>

namespace diffuscope::exports {

namespace {

const ExportedRun& firstOf(std::span<const ExportedRun> runs)
{
    if (runs.empty())
        throw Error(ErrorCode::invalidOption, "There is no run to export yet.", "Sample a recipe first.");
    runs.front().shape();  // throws where it has no frame yet
    return runs.front();
}

TensorOptions tensorOptionsOf(const ExportOptions& options)
{
    return {.images = options.picture.images, .frames = 0};
}

/// Every frame is an animation's, whatever a film strip takes.
PictureOptions animationOptionsOf(const ExportOptions& options)
{
    PictureOptions all = options.picture;
    all.frames = 0;
    return all;
}

/// The picture of the widest frame title: all of an animation must be of one size.
PixelSize animationSize(const ExportedRun& run, const PictureOptions& options)
{
    PixelSize size;
    for (int frame = 0; frame < run.trajectory().size(); ++frame) {
        const PixelSize own = sizeOf(animationGrid(run, options, frame));
        size = {std::max(size.width, own.width), std::max(size.height, own.height)};
    }
    return size;
}

void checkAnimation(const ExportOptions& options)
{
    if (!(options.framesPerSecond >= 1 && options.framesPerSecond <= 60))
        throw Error(ErrorCode::invalidOption, "The frames a second are " +
                                                  shortNumber(options.framesPerSecond, 6) +
                                                  ", but must be from 1 to 60.");
}

void writeAnimation(const std::string& path, const ExportedRun& run, const ExportOptions& options,
                    const Monitor& monitor)
{
    checkAnimation(options);
    const PictureOptions pictures = animationOptionsOf(options);
    const PixelSize size = animationSize(run, pictures);
    const ColorScale scale = scaleOf({&run, 1}, pictures, monitor);
    const auto writer =
        makeAnimationWriter(animationFormatOf(path), size.width, size.height, options.framesPerSecond);
    const int frames = run.trajectory().size();
    for (int frame = 0; frame < frames; ++frame) {
        monitor.at(double(frame) / frames);
        const Canvas drawn = animationFrame(run, pictures, frame, scale);
        Canvas canvas(size.width, size.height, 3);
        canvas.drawCanvas(0, 0, drawn);
        writer->add(canvas, frame + 1 == frames ? options.lastFrameSeconds : 1 / options.framesPerSecond);
    }
    const std::vector<unsigned char> file = writer->finish();
    monitor.at(1);
    base::writeFileAtomically(path, {{file.data(), file.size()}});
}

}  // namespace

std::vector<std::string> suffixesOf(ExportKind kind)
{
    switch (kind) {
        case ExportKind::filmStrip:
        case ExportKind::comparison:
            return {".png"};
        case ExportKind::plots:
            return {".svg", ".pdf"};
        case ExportKind::stepTable:
        case ExportKind::scheduleTable:
            return {".csv"};
        case ExportKind::tensors:
            return {".npz"};
        case ExportKind::animation:
            break;
    }
    std::vector<std::string> suffixes;
    for (const char* suffix : {".gif", ".mp4", ".webm"})
        if (whyNotWritten(animationFormatOf(std::string("animation") + suffix)).empty())
            suffixes.emplace_back(suffix);
    return suffixes;
}

ExportSize exportSize(ExportKind kind, std::span<const ExportedRun> runs, const ExportOptions& options)
{
    const ExportedRun& run = firstOf(runs);
    chosenImages(run, options.picture.images);
    const auto sized = [](const PixelSize& size, int frames) {
        return ExportSize{.width = size.width, .height = size.height, .frames = frames};
    };
    switch (kind) {
        case ExportKind::filmStrip:
            return sized(sizeOf(filmStripGrid(run, options.picture)), 1);
        case ExportKind::comparison:
            return sized(sizeOf(comparisonGrid(runs, options.picture)), 1);
        case ExportKind::animation:
            checkAnimation(options);
            return sized(animationSize(run, animationOptionsOf(options)), run.trajectory().size());
        case ExportKind::plots:
            return {};
        case ExportKind::stepTable:
            return {.frames = run.trajectory().size()};
        case ExportKind::scheduleTable:
            return {.frames = run.schedule ? run.schedule->levels() : 0};
        case ExportKind::tensors:
            return {.frames = run.trajectory().size(), .bytes = tensorBytes(run, tensorOptionsOf(options))};
    }
    return {};
}

void exportRuns(ExportKind kind, const std::string& path, std::span<const ExportedRun> runs,
                const ExportOptions& options, const Monitor& monitor)
{
    const ExportedRun& run = firstOf(runs);
    const std::vector<int>& images = options.picture.images;
    switch (kind) {
        case ExportKind::filmStrip:
            return writePicture(path, pictureOf(filmStrip(run, options.picture, monitor)), run.plan());
        case ExportKind::comparison:
            return writePicture(path, pictureOf(comparisonSheet(runs, options.picture, monitor)), run.plan());
        case ExportKind::animation:
            return writeAnimation(path, run, options, monitor);
        case ExportKind::plots:
            return base::writeFileAtomically(path, plotsFile(path, run, images));
        case ExportKind::stepTable:
            return base::writeFileAtomically(path, stepTable(run, images));
        case ExportKind::scheduleTable:
            return base::writeFileAtomically(path, scheduleTable(run));
        case ExportKind::tensors:
            return writeTensors(path, run, tensorOptionsOf(options), monitor);
    }
}

}  // namespace diffuscope::exports
