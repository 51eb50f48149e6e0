// SPDX-License-Identifier: GPL-3.0-or-later
// The options that the members of the DPM-Solver family share.
#pragma once

#include "core/base/option.h"
#include "core/samplers/history.h"

namespace diffuscope::samplers {

base::Option solverTypeOption();
base::Option lowerOrderFinalOption();
base::Option eulerAtFinalOption();

/// Other programs give the second derivative of the third-order multistep formula half of its weight, which
/// leaves it of order 2.
base::Option curvatureOption();

bool isHeun(const base::OptionValues& values);
/// The same for the stochastic forms, in which they also have the sign of a term wrong.
base::Option stochasticCurvatureOption();
/// The factor of phi_3·D2, D2 half of the second derivative times h²: 2, or 1 with half the weight.
double curvatureFactor(const base::OptionValues& values);
/// What is added to phi_3: 0, or 1 where the −1/2 in it has the wrong sign.
double curvatureOffset(const base::OptionValues& values);
/// Whether the step is more than three times as long in lambda as the one before: a parabola through past
/// estimates then reaches too far, and full curvature falls back to order 2.
bool isLongStep(const StepContext& step, const History& history);
EndOrders endOrders(const base::OptionValues& values);

}  // namespace diffuscope::samplers
