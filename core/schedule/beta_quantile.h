// SPDX-License-Identifier: GPL-3.0-or-later
// The inverse of the regularised incomplete beta function, for the grid of beta quantiles.
#pragma once

namespace diffuscope::schedule {

/// I_x(a, b) for x in [0, 1] and a, b > 0, by its continued fraction (DLMF 8.17.22).
double regularisedIncompleteBeta(double x, double a, double b);

/// The x in [0, 1] with I_x(a, b) = p, for p in [0, 1] and a, b from 0.05 to 100; right to about 1e-14.
double betaQuantile(double p, double a, double b);

}  // namespace diffuscope::schedule
