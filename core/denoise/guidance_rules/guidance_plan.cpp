// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/guidance_rules/guidance_plan.h"

#include "core/base/error.h"

#include <cmath>
#include <numbers>

namespace diffuscope::denoise {

namespace {

double angleProgress(const schedule::NoiseLevel& level)
{
    return 1 - 2 / std::numbers::pi * std::atan2(level.sigma, level.alpha);
}

}  // namespace

GuidancePlan guidancePlan(const recipe::GuidanceSpec& spec, const base::OptionValues& options,
                          std::function<double(const schedule::NoiseLevel&)> progress)
{
    GuidancePlan plan;
    plan.progress = progress ? std::move(progress) : angleProgress;
    plan.scale = spec.scale;
    if (const std::string& curve = base::text(options, "curve"); !curve.empty())
        plan.curve = recipe::GuidanceCurve::parse(curve);
    if (options.contains("convention") && base::text(options, "convention") == "ho_salimans")
        plan.offset = 1;
    plan.start = base::number(options, "start");
    plan.end = base::number(options, "end");
    if (!(plan.start < plan.end))
        throw Error(ErrorCode::invalidOption,
                    "The guidance interval is empty: \"start\" must be below \"end\", both from 0 to 1.",
                    "Set \"start\" below \"end\".");
    if (options.contains("negative_class"))
        plan.negativeClass = base::integer(options, "negative_class");
    return plan;
}

}  // namespace diffuscope::denoise
