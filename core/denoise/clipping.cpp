// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/denoise/elementwise.h"
#include "core/denoise/guidance.h"
#include "core/denoise/rule_registry.h"
#include "core/denoise/target_adapter.h"

#include <torch/types.h>

#include <algorithm>

namespace diffuscope::denoise {

namespace {

using base::Option;

Option keepEpsOption()
{
    return Option::toggle(
        "keep_eps", "Keep ε̂", false,
        "Leaves the noise as predicted, so that it no longer fits the clipped image, as some other "
        "programs do; off, the noise is derived again from the clipped image.");
}

float cut(float value, float limit)
{
    return std::clamp(value, -limit, limit);
}

Tensor cut(const Tensor& values, double limit)
{
    return values.clamp(-limit, limit);
}

constexpr auto cutAt = [](const auto& x0, auto limit) { return cut(x0, limit); };

enum class Kind { fixed, dynamic };

class ClippedDenoiser final : public Denoiser
{
public:
    ClippedDenoiser(std::unique_ptr<Denoiser> inner, Kind kind, const base::OptionValues& options)
        : m_inner(std::move(inner)),
          m_kind(kind),
          m_keepEps(base::toggle(options, "keep_eps")),
          m_limit(kind == Kind::fixed ? base::number(options, "limit") : 1),
          m_percentile(kind == Kind::dynamic ? base::number(options, "percentile") : 1),
          m_maximum(kind == Kind::dynamic ? base::number(options, "maximum") : 1)
    {
    }

    Prediction predict(const Tensor& x, const schedule::NoiseLevel& level,
                       const recipe::Condition& condition) override
    {
        Prediction prediction = m_inner->predict(x, level, condition);
        if (m_kind == Kind::fixed) {
            prediction.x0Hat = elementwise(cutAt, prediction.x0Hat, m_limit);
            prediction.x0Limit = m_limit;
        } else {
            prediction.x0Hat = dynamicallyClipped(prediction.x0Hat);
            prediction.guidanceScale = 0;
        }
        if (m_keepEps || level.isClean())
            prediction.isConsistent = false;
        else if (prediction.isConsistent)
            prediction.epsHat = noiseIn(x, prediction.x0Hat, level);
        return prediction;
    }

private:
    /// Saharia 2022, section 2.3: s = max(quantile(|x0|, p), 1) of each image, not above the maximum;
    /// x0 ← clamp(x0, −s, s)/s.
    Tensor dynamicallyClipped(const Tensor& x0) const
    {
        const Tensor perImage = x0.abs().flatten(1);
        std::vector<std::int64_t> shape(std::size_t(x0.dim()), 1);
        shape[0] = x0.size(0);
        const Tensor s = torch::quantile(perImage, m_percentile, 1).clamp(1, m_maximum).view(shape);
        return torch::min(torch::max(x0, -s), s) / s;
    }

    std::unique_ptr<Denoiser> m_inner;
    Kind m_kind;
    bool m_keepEps;
    double m_limit;
    double m_percentile;
    double m_maximum;
};

}  // namespace

const std::vector<RuleInfo>& clippingRules()
{
    static const std::vector<RuleInfo> rules{
        {.id = "none",
         .displayName = "None",
         .description =
             "The estimate of the clean image is used as it comes. With strong guidance it can leave the "
             "range of the data and wash out.",
         .options = {}},
        {.id = "fixed",
         .displayName = "Fixed range",
         .description =
             "The estimate of the clean image is cut at plus and minus the limit. This is what the DDPM "
             "paper's code does, with the limit 1 of the data.",
         .options = {Option::number("limit", "Limit", 1, 0.1, 100,
                                    "Values beyond plus or minus this are cut."),
                     keepEpsOption()}},
        {.id = "dynamic",
         .displayName = "Dynamic threshold",
         .description =
             "Each image's estimate is cut at a high percentile of its own values and scaled back into the "
             "range of the data (Saharia 2022). It keeps strong guidance from saturating.",
         .options = {Option::number("percentile", "Percentile", 0.995, 0.5, 1,
                                    "The part of an image's absolute values that stays uncut."),
                     Option::number(
                         "maximum", "Maximum", 100, 0.01, 1000,
                         "The largest threshold; with 1 this is plain clipping to the range of the data, "
                         "and below 1 images are stretched."),
                     keepEpsOption()}},
    };
    return rules;
}

const RuleInfo& clippingRule(const std::string& id)
{
    std::string names;
    for (const RuleInfo& rule : clippingRules()) {
        if (rule.id == id)
            return rule;
        names += (names.empty() ? "" : ", ") + rule.id;
    }
    throw Error(ErrorCode::invalidOption, "There is no clipping \"" + id + "\"; there are " + names + ".",
                "Use one of " + names + ".");
}

std::unique_ptr<Denoiser> clipped(std::unique_ptr<Denoiser> inner, const recipe::ClippingSpec& spec)
{
    const RuleInfo& rule = clippingRule(spec.rule);
    const auto options = base::completed("clipping \"" + rule.id + "\"", rule.options, spec.options);
    if (rule.id == "none")
        return inner;
    return std::make_unique<ClippedDenoiser>(std::move(inner),
                                             rule.id == "fixed" ? Kind::fixed : Kind::dynamic, options);
}

}  // namespace diffuscope::denoise
