// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/prediction_forms.h"

namespace diffuscope::explain {

PredictionForms predictionForms(const schedule::NoiseLevel& level, double x0Hat, double epsHat)
{
    return {.x0 = x0Hat,
            .eps = epsHat,
            .v = level.alpha * epsHat - level.sigma * x0Hat,
            .velocity = epsHat - x0Hat,
            .score = -epsHat / level.sigma};
}

}  // namespace diffuscope::explain
