// SPDX-License-Identifier: GPL-3.0-or-later
// Every kind of export behind one door: what it would be, and doing it. For the menu and the command line.
#pragma once

#include "core/exports/exported_run.h"
#include "core/exports/run_pictures.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace diffuscope::exports {

enum class ExportKind {
    filmStrip,      ///< .png: the steps of images side by side
    comparison,     ///< .png: the results of several runs
    animation,      ///< .gif, .mp4, .webm
    plots,          ///< .svg, .pdf
    stepTable,      ///< .csv: a line a step
    scheduleTable,  ///< .csv: a line a training level
    tensors,        ///< .npz
};

struct ExportOptions
{
    PictureOptions picture{};  ///< its images hold for plots, tables and tensors as well
    double framesPerSecond = 10;
    /// How long the last frame of an animation stays.
    double lastFrameSeconds = 2;

    bool operator==(const ExportOptions&) const = default;
};

/// The suffixes of the files that a kind can be, those that this program can write here; the first is the
/// usual one.
std::vector<std::string> suffixesOf(ExportKind kind);

/// What an export would be, before it is made.
struct ExportSize
{
    int width = 0, height = 0;  ///< of a picture in pixels; 0 where it is none
    int frames = 0;             ///< pictures of an animation, lines of a table
    std::uint64_t bytes = 0;    ///< of tensors; 0 where that is not known ahead
};

/// Throws Error(invalidOption) where this cannot be exported. Takes no noticeable time.
ExportSize exportSize(ExportKind kind, std::span<const ExportedRun> runs, const ExportOptions& options);

/// Writes the file in one atomic step: where it throws (Error, Cancelled), what was there before is still
/// there. All kinds but comparison are of the first run.
void exportRuns(ExportKind kind, const std::string& path, std::span<const ExportedRun> runs,
                const ExportOptions& options, const Monitor& monitor);

}  // namespace diffuscope::exports
