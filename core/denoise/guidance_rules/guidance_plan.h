// SPDX-License-Identifier: GPL-3.0-or-later
// How strong guidance is at each place of a run: what all rules have in common.
#pragma once

#include "core/recipe/guidance_curve.h"
#include "core/recipe/guidance_spec.h"
#include "core/schedule/noise_level.h"

#include <functional>
#include <optional>

namespace diffuscope::denoise {

/// Scale and place of guidance in the run.
struct GuidancePlan
{
    double scale = 1;
    std::optional<recipe::GuidanceCurve> curve{};
    double offset = 0;  ///< 1 in Ho & Salimans' convention
    double start = 0;
    double end = 1;
    int negativeClass = -1;
    std::function<double(const schedule::NoiseLevel&)> progress{};  ///< see GuidanceContext

    bool isGuidedAt(double at) const { return at >= start && (at < end || end >= 1); }
    double scaleAt(double at) const { return (curve ? curve->at(at) : scale) + offset; }
};

/// From a spec and its completed options; `progress` may be empty. Throws Error(invalidOption) for an empty
/// interval and a curve that cannot be read.
GuidancePlan guidancePlan(const recipe::GuidanceSpec& spec, const base::OptionValues& options,
                          std::function<double(const schedule::NoiseLevel&)> progress);

}  // namespace diffuscope::denoise
