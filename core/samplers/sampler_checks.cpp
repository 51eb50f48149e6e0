// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/samplers/sampler_checks.h"

#include "core/base/error.h"

namespace diffuscope::samplers {

namespace {

void checkSteps(const std::string& sampler, const GridNeeds& needs, const schedule::TimeGrid& grid)
{
    if (needs.steps <= grid.steps())
        return;
    const std::string steps = std::to_string(grid.steps());
    const std::string order = std::to_string(needs.steps);
    const std::string points = steps + (grid.steps() == 1 ? " step" : " steps");
    if (!needs.orderOption.empty())
        throw Error(ErrorCode::invalidOption,
                    "The option \"" + needs.orderOption + "\" of sampler " + sampler + " is " + order +
                        ", but with " + points + " it must be from 1 to " + steps + ".",
                    "Set \"" + needs.orderOption + "\" to " + steps + " or less, or take more steps.");
    throw Error(ErrorCode::invalidOption,
                "The option \"steps\" is " + steps + ", but sampler " + sampler + " is of order " + order +
                    " and needs at least " + order + " steps.",
                "Set \"steps\" to " + order + " or more, or choose a sampler of a lower order.");
}

void checkSignal(const std::string& sampler, const schedule::TimeGrid& grid)
{
    if (grid[0].alpha > 0)
        return;
    throw Error(ErrorCode::invalidOption,
                "Sampler " + sampler +
                    " divides by the signal, but the first level of the grid has none (alpha = 0).",
                "Set the schedule's \"terminal_snr\" to near_zero, choose a grid that starts below the last "
                "level, set the sampler's \"variable\" to flow where it has that option, or use DDIM.");
}

void checkDirection(const std::string& sampler, GridNeeds::Direction direction,
                    const schedule::TimeGrid& grid)
{
    const double first = grid[0].noiseToSignal();
    const double last = grid.levels.back().noiseToSignal();
    if (direction == GridNeeds::Direction::toImage && last > first)
        throw Error(
            ErrorCode::invalidOption,
            "Sampler " + sampler + " goes from noise to image, but this grid goes from image to noise.",
            "Use DDIM inverse on such a grid.");
    if (direction == GridNeeds::Direction::toNoise && last < first)
        throw Error(
            ErrorCode::invalidOption,
            "Sampler " + sampler + " goes from image to noise, but this grid goes from noise to image.",
            "Use it to invert an image, or choose another sampler.");
}

}  // namespace

void checkNeeds(const std::string& sampler, const GridNeeds& needs, const schedule::TimeGrid& grid)
{
    checkDirection(sampler, needs.direction, grid);
    checkSteps(sampler, needs, grid);
    if (needs.signal)
        checkSignal(sampler, grid);
}

void refuseOption(const std::string& sampler, const std::string& option, const std::string& value,
                  const std::string& allowed)
{
    throw Error(ErrorCode::invalidOption,
                "The option \"" + option + "\" of sampler " + sampler + " is " + value + ", but must be " +
                    allowed + ".",
                "Set \"" + option + "\" to a value that is " + allowed + ".");
}

}  // namespace diffuscope::samplers
