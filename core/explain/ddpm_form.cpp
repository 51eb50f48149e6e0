// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/ddpm_form.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::explain {

bool isPossible(const DdpmInput& input)
{
    // A last step has alphaBar = 1 − beta, which typed decimals meet within rounding only.
    constexpr double rounding = 1e-9;
    return input.beta > 0 && input.beta < 1 && input.alphaBar > 0 &&
           input.alphaBar <= 1 - input.beta + rounding;
}

DdpmForm ddpmForm(const DdpmInput& input)
{
    const double alphaBarBefore = std::min(1.0, input.alphaBar / (1 - input.beta));
    const double variance = (1 - alphaBarBefore) / (1 - input.alphaBar) * input.beta;
    return {.xt = input.xt,
            .epsHat = input.epsHat,
            .z = input.z,
            .scale = 1 / std::sqrt(1 - input.beta),
            .epsFactor = input.beta / std::sqrt(1 - input.alphaBar),
            .sigma = std::sqrt(variance)};
}

}  // namespace diffuscope::explain
