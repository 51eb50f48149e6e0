#include "core/samplers/sampler_checks.h"

#include "core/base/error.h"

namespace diffuscope::samplers {

void requireStepsForOrder(const std::string& sampler, int order, const schedule::TimeGrid& grid, bool option)
{
    if (order <= grid.steps())
        return;
    const std::string steps = std::to_string(grid.steps());
    const std::string points = steps + (grid.steps() == 1 ? " step" : " steps");
    if (option)
        throw Error(ErrorCode::invalidOption,
                    "The option \"order\" of sampler " + sampler + " is " + std::to_string(order) +
                        ", but with " + points + " it must be from 1 to " + steps + ".",
                    "Set \"order\" to " + steps + " or less, or take more steps.");
    throw Error(
        ErrorCode::invalidOption,
        "The option \"steps\" is " + steps + ", but sampler " + sampler + " is of order " +
            std::to_string(order) + " and needs at least " + std::to_string(order) + " steps.",
        "Set \"steps\" to " + std::to_string(order) + " or more, or choose a sampler of a lower order.");
}

void requireSignal(const std::string& sampler, const schedule::TimeGrid& grid)
{
    if (grid[0].alpha > 0)
        return;
    throw Error(ErrorCode::invalidOption,
                "Sampler " + sampler +
                    " divides by the signal, but the first level of the grid has none (alpha = 0).",
                "Set the schedule's \"terminal_snr\" to near_zero, choose a grid that starts below the last "
                "level, or "
                "use DDIM.");
}

void refuseOption(const std::string& sampler, const std::string& option, const std::string& value,
                  const std::string& allowed)
{
    throw Error(ErrorCode::invalidOption,
                "The option \"" + option + "\" of sampler " + sampler + " is " + value + ", but must be " +
                    allowed + ".",
                "Set \"" + option + "\" to a value that is " + allowed + ".");
}

void requireFallingNoise(const std::string& sampler, const schedule::TimeGrid& grid)
{
    if (grid.levels.back().noiseToSignal() <= grid[0].noiseToSignal())
        return;
    throw Error(ErrorCode::invalidOption,
                "Sampler " + sampler + " goes from noise to image, but this grid goes from image to noise.",
                "Use DDIM inverse on such a grid.");
}

}  // namespace diffuscope::samplers
