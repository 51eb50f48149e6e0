// SPDX-License-Identifier: GPL-3.0-or-later
// The rival of a denoiser that everybody knows: a Gaussian blur.
#pragma once

#include "core/edit/picture_fit.h"

#include <vector>

namespace diffuscope::edit {

struct Blurred
{
    std::vector<float> values{};
    double sigma = 0;  ///< standard deviation of the Gaussian, in pixels
};

/// `noisy` [C, H, W] under the Gaussian blur of 0 to 8 pixels that brings it nearest to `clean`, scaled by
/// the factor that does so too: what no one who does not know the picture could do better by blurring.
Blurred bestBlur(const std::vector<float>& noisy, const std::vector<float>& clean, int channels, int height,
                 int width);

}  // namespace diffuscope::edit
