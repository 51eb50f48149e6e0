// SPDX-License-Identifier: GPL-3.0-or-later
// Which noise levels a diffusion training looks at, and how often.
#pragma once

#include "core/schedule/noise_schedule.h"
#include "core/train/loop/training_options.h"

#include <cstdint>
#include <vector>

namespace diffuscope::train {

/// "uniform"; "logit-normal": the normal distribution of log(sigma/alpha) with options.timesMean and
/// timesSpread (Esser et al. 2024, eq. 19, for the rectified flow's path); "snr": in the proportion of the
/// weights min(SNR, 5) of x0's error (Hang et al. 2023), which here count images instead of scaling losses.
class TimeSampling
{
public:
    /// Throws Error(invalidOption) for another name, or where no level has any weight.
    explicit TimeSampling(const TrainingOptions& options);

    /// The level, 0 … levels − 1, below which this fraction (0 … 1) of all drawn levels lies: evenly spread
    /// fractions give levels in the distribution's proportion.
    std::int64_t levelAt(double fraction) const;

private:
    int m_levels;
    std::vector<double> m_cumulative;  ///< by level; empty where all are alike
};

}  // namespace diffuscope::train
