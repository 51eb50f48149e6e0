// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/exported_run.h"

#include "core/base/error.h"

#include <charconv>
#include <cmath>
#include <numeric>

namespace diffuscope::exports {

const record::BatchShape& ExportedRun::shape() const
{
    if (!facts.trajectory || facts.trajectory->frames.empty())
        throw Error(ErrorCode::invalidOption, "There is no run to export yet.", "Sample a recipe first.");
    return facts.trajectory->frames.front()->shape;
}

void Monitor::at(double share) const
{
    if (stop.stop_requested())
        throw Cancelled();
    if (progress)
        progress(share);
}

std::string recipeTitle(const recipe::Recipe& recipe)
{
    std::string title = recipe.model;
    const auto& classes = recipe.condition.classes;
    if (!recipe.condition.text.isNone())
        title += ", \"" + recipe.condition.text.prompt + "\"";
    else if (classes.size() == 1)
        title += ", class " + std::to_string(classes.front());
    else if (classes.empty())
        title += ", unconditional";
    title += ", " + recipe.sampler.id + ", " + std::to_string(recipe.steps) + " steps";
    if (!recipe.condition.isNone() && recipe.guidance.rule != "none")
        title += ", guidance " + shortNumber(recipe.guidance.scale);
    return title + ", seed " + std::to_string(recipe.seed);
}

std::string runTitle(const ExportedRun& run)
{
    const std::string title = recipeTitle(run.recipe);
    return run.from ? title + ", from step " + std::to_string(run.from->frame) + " of another run" : title;
}

std::string imageTitle(const recipe::Recipe& recipe, int image)
{
    if (!recipe.condition.text.isNone())
        return recipe.condition.text.prompt;
    const int label = recipe.condition.classOf(image);
    return label < 0 ? "unconditional" : "class " + std::to_string(label);
}

std::string frameTitle(const record::Trajectory& trajectory, int frame)
{
    return trajectory.frames[std::size_t(frame)]->isResult() ? "result" : "step " + std::to_string(frame);
}

std::string frameTime(const record::Trajectory& trajectory, int frame)
{
    const record::Frame& shown = *trajectory.frames[std::size_t(frame)];
    return shown.isResult() ? "" : "t " + shortNumber(shown.level.t, 4);
}

std::vector<int> spacedFrames(const record::Trajectory& trajectory, int count)
{
    const int frames = trajectory.size();
    const int chosen = count <= 0 ? frames : std::min(count, frames);
    std::vector<int> indices;
    for (int i = 0; i < chosen; ++i)
        indices.push_back(chosen == 1 ? frames - 1
                                      : int(std::lround(double(i) * (frames - 1) / double(chosen - 1))));
    return indices;
}

std::vector<int> chosenImages(const ExportedRun& run, const std::vector<int>& asked)
{
    const int batch = run.shape().batch;
    for (const int image : asked)
        if (image < 0 || image >= batch)
            throw Error(ErrorCode::invalidOption, "There is no image " + std::to_string(image) + ".",
                        "Choose images from 0 to " + std::to_string(batch - 1) + ".");
    if (!asked.empty())
        return asked;
    std::vector<int> all(static_cast<std::size_t>(batch));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

std::string numberText(double value)
{
    if (!std::isfinite(value))
        return {};
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

std::string shortNumber(double value, int digits)
{
    if (!std::isfinite(value))
        return value > 0 ? "inf" : value < 0 ? "-inf" : "nan";
    char buffer[64];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits).ptr;
    return {buffer, end};
}

}  // namespace diffuscope::exports
