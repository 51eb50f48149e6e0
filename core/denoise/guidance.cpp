// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/guidance.h"

#include "core/base/error.h"
#include "core/denoise/guidance_rules/classifier_guidance.h"
#include "core/denoise/guidance_rules/guidance_plan.h"
#include "core/denoise/guidance_rules/guidance_rule.h"
#include "core/denoise/rule_registry.h"

#include <torch/types.h>

#include <cmath>

namespace diffuscope::denoise {

namespace {

/// The condition of each image of a batch, spelled out, `classOf(k)` for k < batch.
void append(recipe::Condition& list, const recipe::Condition& condition, std::int64_t batch)
{
    for (std::int64_t k = 0; k < batch; ++k)
        list.classes.push_back(condition.classOf(int(k)));
}

Prediction part(const Prediction& all, std::int64_t index, std::int64_t batch)
{
    return {.x0Hat = all.x0Hat.narrow(0, index * batch, batch),
            .epsHat = all.epsHat.narrow(0, index * batch, batch),
            .isConsistent = all.isConsistent};
}

class GuidedDenoiser final : public Denoiser
{
public:
    /// `weaker` is that of autoguidance, otherwise null.
    GuidedDenoiser(std::unique_ptr<Denoiser> inner, std::unique_ptr<GuidanceRule> rule, GuidancePlan plan,
                   std::unique_ptr<Denoiser> weaker)
        : m_inner(std::move(inner)),
          m_rule(std::move(rule)),
          m_plan(std::move(plan)),
          m_weaker(std::move(weaker))
    {
    }

    Prediction predict(const Tensor& x, const schedule::NoiseLevel& level,
                       const recipe::Condition& condition) override
    {
        const double progress = m_plan.progress(level);
        const double scale = m_plan.scaleAt(progress);
        const bool nothingToCompare = condition.isNone() && !m_weaker;
        if (nothingToCompare || !m_plan.isGuidedAt(progress) || (scale == 1 && m_rule->isConditionalAtOne()))
            return m_inner->predict(x, level, condition);
        if (scale == 0 && m_rule->isUnconditionalAtZero())
            return m_weaker ? m_weaker->predict(x, level, condition) : m_inner->predict(x, level, awayFrom());
        return m_weaker ? withWeakerModel(x, level, condition, scale, progress)
                        : inOneBatch(x, level, condition, scale, progress);
    }

private:
    /// The condition of the unconditional prediction.
    recipe::Condition awayFrom() const
    {
        const bool isNone = m_plan.negativeClass < 0 || m_rule->needsNegative();
        return isNone ? recipe::Condition::none() : recipe::Condition::classLabel(m_plan.negativeClass);
    }

    Prediction inOneBatch(const Tensor& x, const schedule::NoiseLevel& level,
                          const recipe::Condition& condition, double scale, double progress)
    {
        const std::int64_t batch = x.size(0);
        recipe::Condition conditions;
        append(conditions, condition, batch);
        append(conditions, awayFrom(), batch);
        if (m_rule->needsNegative())
            append(conditions, recipe::Condition::classLabel(m_plan.negativeClass), batch);
        const std::int64_t copies = m_rule->needsNegative() ? 3 : 2;
        const Tensor repeated = torch::cat(std::vector<Tensor>(std::size_t(copies), x));
        const Prediction all = m_inner->predict(repeated, level, conditions);
        const Prediction conditional = part(all, 0, batch);
        const Prediction unconditional = part(all, 1, batch);
        const Prediction negative = m_rule->needsNegative() ? part(all, 2, batch) : unconditional;
        return reported({x, level, scale, progress, conditional, unconditional, negative});
    }

    Prediction withWeakerModel(const Tensor& x, const schedule::NoiseLevel& level,
                               const recipe::Condition& condition, double scale, double progress)
    {
        const Prediction strong = m_inner->predict(x, level, condition);
        const Prediction weak = m_weaker->predict(x, level, condition);
        return reported({x, level, scale, progress, strong, weak, weak});
    }

    Prediction reported(const GuidanceInput& input)
    {
        Prediction result = m_rule->combine(input);
        result.x0HatConditional = input.conditional.x0Hat;
        result.x0HatUnconditional = input.unconditional.x0Hat;
        return result;
    }

    std::unique_ptr<Denoiser> m_inner;
    std::unique_ptr<GuidanceRule> m_rule;
    GuidancePlan m_plan;
    std::unique_ptr<Denoiser> m_weaker;
};

void checkScale(double scale)
{
    if (scale >= recipe::minimumGuidance && scale <= recipe::maximumGuidance)
        return;
    throw Error(ErrorCode::invalidOption,
                std::isfinite(scale) ? "The guidance scale is outside -20 to 50."
                                     : "The guidance scale is not a number.",
                "Set the guidance scale to a number from -20 to 50; 1 is no guidance.");
}

TrainedClassifier classifierOf(GuidanceContext context)
{
    if (!context.classifier)
        throw Error(ErrorCode::invalidOption,
                    "Classifier guidance needs a noise-aware classifier of the same images.",
                    "Choose another guidance rule.");
    return *std::move(context.classifier);
}

std::unique_ptr<GuidanceRule> makeRule(const std::string& id, const base::OptionValues& options, int steps)
{
    if (id == "cfg_plus_plus")
        return makeCfgPlusPlus(options);
    if (id == "apg")
        return makeAdaptiveProjected(options);
    if (id == "cfg_zero_star")
        return makeCfgZeroStar(options, steps);
    if (id == "perp_neg")
        return makePerpNeg(options);
    return makeClassifierFree(options);
}

}  // namespace

std::unique_ptr<Denoiser> guided(std::unique_ptr<Denoiser> inner, const recipe::GuidanceSpec& spec,
                                 GuidanceContext context)
{
    checkScale(spec.scale);
    const RuleInfo& rule = guidanceRule(spec.rule);
    const auto options = base::completed("guidance \"" + rule.id + "\"", rule.options, spec.options);
    GuidancePlan plan = guidancePlan(spec, options, std::move(context.progress));
    if (rule.id == "classifier") {
        const bool isConditional = base::text(options, "base") == "conditional";
        return classifierGuided(std::move(inner), classifierOf(std::move(context)), std::move(plan),
                                isConditional ? GuidanceBase::conditional : GuidanceBase::unconditional);
    }
    const bool needsWeaker = rule.id == "autoguidance";
    if (needsWeaker && !context.weaker)
        throw Error(ErrorCode::invalidOption, "Autoguidance needs a weaker model (option \"weak_model\").",
                    "Name a model of the same images, for example an earlier checkpoint.");
    return std::make_unique<GuidedDenoiser>(std::move(inner), makeRule(rule.id, options, context.steps),
                                            std::move(plan),
                                            needsWeaker ? std::move(context.weaker) : nullptr);
}

}  // namespace diffuscope::denoise
