// SPDX-License-Identifier: GPL-3.0-or-later
// How one rule combines conditional and unconditional predictions; each rule is a file beside this one.
#pragma once

#include "core/base/option.h"
#include "core/denoise/denoiser.h"

#include <memory>

namespace diffuscope::denoise {

/// What a rule sees of one evaluation. The predictions have the shape of x, [B, …].
struct GuidanceInput
{
    const Tensor& x;
    const schedule::NoiseLevel& level;
    double scale = 1;     ///< w in u + w·(c − u)
    double progress = 0;  ///< 0 … 1
    const Prediction& conditional;
    /// Without the condition, under the negative condition, or of the weaker model: what the rule leads away
    /// from.
    const Prediction& unconditional;
    /// Perp-neg alone: under the negative condition. Otherwise the same as `unconditional`.
    const Prediction& negative;
};

class GuidanceRule
{
public:
    virtual ~GuidanceRule() = default;
    /// The guided prediction; may keep what it needs of earlier steps.
    virtual Prediction combine(const GuidanceInput& input) = 0;
    /// With scale 1 the result is the conditional prediction, with nothing kept from it.
    virtual bool isConditionalAtOne() const { return true; }
    /// With scale 0 the result is the unconditional prediction.
    virtual bool isUnconditionalAtZero() const { return false; }
    /// Needs predictions under both no condition and the negative one.
    virtual bool needsNegative() const { return false; }
};

/// u + w·(c − u) of both x0Hat and epsHat (Ho & Salimans 2022, eq. 6; the same in both, as they are linear in
/// each other).
Prediction classifierFree(const Prediction& conditional, const Prediction& unconditional, double scale);

/// The sum of a·b over each image, [B, 1, …].
Tensor dotPerImage(const Tensor& a, const Tensor& b);

/// From completed options of the rule of that name.
std::unique_ptr<GuidanceRule> makeClassifierFree(const base::OptionValues& options);
std::unique_ptr<GuidanceRule> makeCfgPlusPlus(const base::OptionValues& options);
std::unique_ptr<GuidanceRule> makeAdaptiveProjected(const base::OptionValues& options);
/// `steps` of the run, 0 if unknown.
std::unique_ptr<GuidanceRule> makeCfgZeroStar(const base::OptionValues& options, int steps);
std::unique_ptr<GuidanceRule> makePerpNeg(const base::OptionValues& options);

}  // namespace diffuscope::denoise
