// SPDX-License-Identifier: GPL-3.0-or-later
// What knows the clean point behind a noisy one: the exact field, or a learned one. No torch in here.
#pragma once

#include "core/schedule/noise_level.h"

#include <span>

namespace diffuscope::model {

/// Immutable; any number of threads may ask one field.
class PointField
{
public:
    virtual ~PointField() = default;

    virtual int dimensions() const = 0;
    /// Classes are 0 … classes() − 1; 0 where there are none.
    virtual int classes() const = 0;
    /// E[x0 | x] and (x − alpha·x0Hat)/sigma of points [N, D] at a level; null pointers are left out. A
    /// `label` of −1 asks for no class. Each point's answer depends on that point alone. Throws
    /// Error(invalidOption) for a class that there is not, Error(notFinite).
    virtual void estimate(const schedule::NoiseLevel& level, std::span<const double> points, double* x0Hat,
                          double* epsHat, int label, int threads) const = 0;
    /// Throws as estimate() for a class that there is not.
    virtual void requireClass(int label) const = 0;
};

}  // namespace diffuscope::model
