// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/training_level.h"

#include <cmath>

namespace diffuscope::denoise {

schedule::NoiseLevel trainingLevel(const schedule::NoiseSchedule& trained, const schedule::NoiseLevel& level)
{
    constexpr double sameSchedule = 1e-9;
    const schedule::NoiseLevel known = trained.levelAt(level.t);
    if (std::abs(known.alpha - level.alpha) < sameSchedule &&
        std::abs(known.sigma - level.sigma) < sameSchedule)
        return level;
    return trained.levelOfNoiseToSignal(level.noiseToSignal());
}

double toTrainingScale(const schedule::NoiseLevel& level, const schedule::NoiseLevel& known)
{
    return level.alpha > 0 ? known.alpha / level.alpha : known.sigma / level.sigma;
}

}  // namespace diffuscope::denoise
