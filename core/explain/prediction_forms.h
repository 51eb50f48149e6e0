// SPDX-License-Identifier: GPL-3.0-or-later
// One prediction in the five forms in which networks are trained to give it: each follows from any other and
// x_t. No torch in here.
#pragma once

#include "core/schedule/noise_level.h"

namespace diffuscope::explain {

struct PredictionForms
{
    double x0 = 0;        ///< the image
    double eps = 0;       ///< the noise (Ho et al. 2020)
    double v = 0;         ///< alpha·eps − sigma·x0 (Salimans & Ho 2022, appendix D)
    double velocity = 0;  ///< eps − x0, from image to noise along a straight path (Liu et al. 2023)
    double score = 0;     ///< the gradient of log p_t: −eps/sigma (Song et al. 2021, eq. 7)
};

/// Of an estimate of the image and of the noise at a level with sigma > 0. Where both belong to one x_t, so
/// do all five.
PredictionForms predictionForms(const schedule::NoiseLevel& level, double x0Hat, double epsHat);

}  // namespace diffuscope::explain
