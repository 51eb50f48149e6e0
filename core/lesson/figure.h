// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers that a lesson asks for: a closed set of figures of a run's record and its schedule. No torch in
// here.
#pragma once

#include "core/explain/run_reader.h"
#include "core/recipe/recipe.h"
#include "core/schedule/noise_schedule.h"

#include <map>
#include <string>
#include <vector>

namespace diffuscope::lesson {

/// Which figure, as a lesson file states it.
struct Figure
{
    std::string of;             ///< an id of figureKinds()
    bool isOfCompared = false;  ///< of the run that is shown beside the first
    record::Layer layer = record::Layer::xt;
    std::map<std::string, double> numbers{};  ///< by name: "t", "frame", "image", …
    std::vector<Figure> parts{};              ///< of a quotient or a difference: two
};

/// One kind of figure, for checking and for the documentation.
struct FigureKind
{
    std::string id;
    std::string description;
    std::vector<std::string> needed{};    ///< names of numbers that must be given
    std::vector<std::string> optional{};  ///< and that may be
    bool hasLayer = false;
    bool hasParts = false;
};

/// All of them, in the order in which the documentation lists them.
const std::vector<FigureKind>& figureKinds();
/// Null where there is none of this id.
const FigureKind* findFigureKind(const std::string& id);

/// A finished run.
struct LessonRun
{
    const explain::RunReader& reader;
    const schedule::NoiseSchedule& schedule;
    const recipe::Recipe& recipe;
};

/// The figure of `run`, or of `compared` (null where there is none). Root mean squares are over all values of
/// all images. Throws Error(invalidOption) where it cannot be computed: a frame, an image or a layer that is
/// not there, no compared run, a division by 0.
double figureOf(const Figure& figure, const LessonRun& run, const LessonRun* compared = nullptr);

}  // namespace diffuscope::lesson
