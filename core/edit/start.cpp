// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/start.h"

#include "core/base/error.h"
#include "core/edit/picture_fit.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::edit {

Tensor sampleOf(const PictureStore& pictures, const std::string& hash, int channels, int height, int width,
                const std::string& what)
{
    const auto picture = pictures.get(hash, what);
    const std::vector<float> values = channelValues(fitted(*picture, width, height), channels);
    return torch::tensor(torch::ArrayRef<float>(values)).view({1, channels, height, width});
}

int stepsOfStrength(double strength, int steps)
{
    if (!(strength > 0) || strength > 1)
        throw Error(ErrorCode::invalidOption,
                    strength == 0
                        ? "At strength 0 the picture stays as it is, and there is nothing to sample."
                        : "A strength is a number above 0, and 1 at most.",
                    "Give a strength above 0, such as 0.6.");
    return std::clamp(int(std::lround(strength * steps)), 1, steps);
}

schedule::TimeGrid gridOfStrength(const schedule::TimeGrid& grid, double strength)
{
    const int made = stepsOfStrength(strength, grid.steps());
    return {{grid.levels.end() - made - 1, grid.levels.end()}};
}

Tensor noised(const Tensor& x0, const Tensor& noise, const schedule::NoiseLevel& level)
{
    return level.alpha * x0 + level.sigma * noise;
}

}  // namespace diffuscope::edit
