// SPDX-License-Identifier: GPL-3.0-or-later
// The groups of grid rules that make up the registry, and what they share.
#pragma once

#include "core/schedule/time_grid.h"

namespace diffuscope::schedule {

/// Rules that choose training times: leading, linspace, trailing.
std::vector<GridRule> timeSpacingRules();
/// Rules that choose training times for a purpose: quadratic, the few times of distilled students.
std::vector<GridRule> specialTimeRules();
/// Rules that choose sigma/alpha by a formula: uniform log-SNR, Karras, exponential, beta, and so on.
std::vector<GridRule> sigmaRules();
/// Align-your-steps: a table of optimised sigmas.
std::vector<GridRule> tabulatedRules();
/// Rules that other programs lay over the indices of the training levels.
std::vector<GridRule> indexRules();
/// Rules that were published as short tables or formulas of their own.
std::vector<GridRule> publishedRules();
/// The list that a person types.
std::vector<GridRule> typedRules();

/// What rules of times share: whole or fractional times.
base::Option fractionalOption();
/// Throws Error(invalidOption) that names `steps` when it is above `most`.
void checkSteps(int steps, int most);
/// `exact` where `fractional` is set or `whole` repeats a time, else `whole`.
std::vector<double> wholeUnlessRepeated(std::vector<double> whole, std::vector<double> exact,
                                        bool fractional);

/// What rules of sigmas share: `sigma_max`, `sigma_min`, `network_time`, `variable`, `final`, after the
/// rule's own options.
std::vector<base::Option> withSigmaOptions(std::vector<base::Option> options);
/// A grid through sigmas: `sigmas(kMax, kMin, n)` gives n values of sigma/alpha from kMax down to kMin. n is
/// `steps`, or steps + 1 where the option `final` makes the least noisy one the end. An infinite sigma of the
/// schedule is replaced by a large one unless `infiniteMaximum`.
using SigmaFormula = std::function<std::vector<double>(double kMax, double kMin, int n)>;
TimeGrid throughSigmas(const SigmaFormula& sigmas, const NoiseSchedule& schedule,
                       const base::OptionValues& values, int steps, bool infiniteMaximum = false);

/// A falling table at a position from 0 to size − 1, log-linear between its entries.
double interpolatedLogarithmically(const std::vector<double>& table, double position);

/// The option `final`: whether the last level is clean or the least noisy training level.
base::Option finalOption();

}  // namespace diffuscope::schedule
