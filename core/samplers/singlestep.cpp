// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/samplers/singlestep.h"

#include <torch/types.h>

#include <cmath>

namespace diffuscope::samplers {

Tensor singlestepUpdate(Extrapolated extrapolated, bool heun, const Tensor& x,
                        const std::vector<StagePrediction>& stages, const NoiseLevel& target,
                        double curvatureOffset)
{
    const bool image = extrapolated != Extrapolated::noise;
    const bool sde = extrapolated == Extrapolated::imageSde;
    const NoiseLevel& start = stages.front().level;
    const double h = target.lambda() - start.lambda();
    const auto value = [&](std::size_t i) {
        return image ? stages[i].prediction.x0Hat : stages[i].prediction.epsHat;
    };
    if (target.isClean())
        return target.alpha * stages.front().prediction.x0Hat;
    if (h == 0)
        return x;

    // Lu 2022, eq. 3.4 (noise, z = h) and Lu 2022b, eq. 8 (image, z = −h), section 5.3 (SDE, z = −2h):
    // x_t = scale·x − factor·(phi1·D0 + phi2·D1 + phi3·D2), D0 = m_0 and D1, D2 from differences to m_0.
    const double z = sde ? -2 * h : image ? -h : h;
    const double phi1 = std::expm1(z);
    const double phi2 = phi1 / z - 1;
    const double phi3 = phi2 / z - 0.5 + curvatureOffset;
    const double scale =
        (image ? target.sigma / start.sigma : target.alpha / start.alpha) * (sde ? std::exp(-h) : 1);
    const double factor = image ? target.alpha : target.sigma;
    const Tensor first = scale * x - (factor * phi1) * value(0);
    if (stages.size() == 1)
        return first;

    const auto ratio = [&](std::size_t i) { return (stages[i].level.lambda() - start.lambda()) / h; };
    const auto difference = [&](std::size_t i) { return (value(i) - value(0)) / ratio(i); };
    if (stages.size() == 2)
        return first - (factor * (heun ? phi2 : phi1 / 2)) * difference(1);
    const Tensor near = difference(1);
    const Tensor far = difference(2);
    if (!heun)
        return first - (factor * phi2) * far;
    const double gap = ratio(2) - ratio(1);
    return first - (factor * phi2 / gap) * (ratio(2) * near - ratio(1) * far) -
           (factor * phi3 * 2 / gap) * (far - near);
}

}  // namespace diffuscope::samplers
