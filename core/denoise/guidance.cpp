#include "core/denoise/guidance.h"

#include "core/denoise/guidance_curve.h"
#include "core/denoise/guidance_rules/guidance_rule.h"
#include "core/registry/error.h"

#include <torch/types.h>

#include <cmath>
#include <numbers>
#include <optional>

namespace diffuscope::denoise {

namespace {

/// Scale and place of guidance in the run, from the spec.
struct Plan
{
    double scale = 1;
    std::optional<GuidanceCurve> curve;
    double offset = 0;  ///< 1 in Ho & Salimans' convention
    double start = 0;
    double end = 1;
    int negativeClass = -1;

    bool isGuidedAt(double progress) const { return progress >= start && (progress < end || end >= 1); }
    double scaleAt(double progress) const { return (curve ? curve->at(progress) : scale) + offset; }
};

double angleProgress(const schedule::NoiseLevel& level)
{
    return 1 - 2 / std::numbers::pi * std::atan2(level.sigma, level.alpha);
}

/// The condition of each image of a batch, spelled out, `classOf(k)` for k < batch.
void append(Condition& list, const Condition& condition, std::int64_t batch)
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
    GuidedDenoiser(std::unique_ptr<Denoiser> inner, std::unique_ptr<GuidanceRule> rule, Plan plan,
                   GuidanceContext context)
        : m_inner(std::move(inner)),
          m_rule(std::move(rule)),
          m_plan(std::move(plan)),
          m_context(std::move(context))
    {
        if (!m_context.progress)
            m_context.progress = angleProgress;
    }

    Prediction predict(const Tensor& x, const schedule::NoiseLevel& level,
                       const Condition& condition) override
    {
        const double progress = m_context.progress(level);
        const double scale = m_plan.scaleAt(progress);
        const bool nothingToCompare = condition.isNone() && !m_context.weaker;
        if (nothingToCompare || !m_plan.isGuidedAt(progress) || (scale == 1 && m_rule->isConditionalAtOne()))
            return m_inner->predict(x, level, condition);
        if (scale == 0 && m_rule->isUnconditionalAtZero())
            return m_context.weaker ? m_context.weaker->predict(x, level, condition)
                                    : m_inner->predict(x, level, awayFrom());
        return m_context.weaker ? withWeakerModel(x, level, condition, scale, progress)
                                : inOneBatch(x, level, condition, scale, progress);
    }

private:
    /// The condition of the unconditional prediction.
    Condition awayFrom() const
    {
        const bool isNone = m_plan.negativeClass < 0 || m_rule->needsNegative();
        return isNone ? Condition::none() : Condition::classLabel(m_plan.negativeClass);
    }

    Prediction inOneBatch(const Tensor& x, const schedule::NoiseLevel& level, const Condition& condition,
                          double scale, double progress)
    {
        const std::int64_t batch = x.size(0);
        Condition conditions;
        append(conditions, condition, batch);
        append(conditions, awayFrom(), batch);
        if (m_rule->needsNegative())
            append(conditions, Condition::classLabel(m_plan.negativeClass), batch);
        const std::int64_t copies = m_rule->needsNegative() ? 3 : 2;
        const Tensor repeated = torch::cat(std::vector<Tensor>(std::size_t(copies), x));
        const Prediction all = m_inner->predict(repeated, level, conditions);
        const Prediction conditional = part(all, 0, batch);
        const Prediction unconditional = part(all, 1, batch);
        const Prediction negative = part(all, copies - 1, batch);
        return reported({x, level, scale, progress, conditional, unconditional, negative});
    }

    Prediction withWeakerModel(const Tensor& x, const schedule::NoiseLevel& level, const Condition& condition,
                               double scale, double progress)
    {
        const Prediction strong = m_inner->predict(x, level, condition);
        const Prediction weak = m_context.weaker->predict(x, level, condition);
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
    Plan m_plan;
    GuidanceContext m_context;
};

void checkScale(double scale)
{
    if (scale >= minimumGuidance && scale <= maximumGuidance)
        return;
    throw Error(ErrorCode::invalidOption,
                std::isfinite(scale) ? "The guidance scale is outside -20 to 50."
                                     : "The guidance scale is not a number.",
                "Set the guidance scale to a number from -20 to 50; 1 is no guidance.");
}

Plan planOf(const GuidanceSpec& spec, const registry::OptionValues& options)
{
    Plan plan;
    plan.scale = spec.scale;
    if (const std::string& curve = registry::text(options, "curve"); !curve.empty())
        plan.curve = GuidanceCurve::parse(curve);
    if (options.contains("convention") && registry::text(options, "convention") == "ho_salimans")
        plan.offset = 1;
    plan.start = registry::number(options, "start");
    plan.end = registry::number(options, "end");
    if (!(plan.start < plan.end))
        throw Error(ErrorCode::invalidOption,
                    "The guidance interval is empty: \"start\" must be below \"end\", both from 0 to 1.",
                    "Set \"start\" below \"end\".");
    if (options.contains("negative_class"))
        plan.negativeClass = registry::integer(options, "negative_class");
    return plan;
}

std::unique_ptr<GuidanceRule> makeRule(const std::string& id, const registry::OptionValues& options,
                                       int steps)
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

std::unique_ptr<Denoiser> guided(std::unique_ptr<Denoiser> inner, const GuidanceSpec& spec,
                                 GuidanceContext context)
{
    checkScale(spec.scale);
    const RuleInfo& rule = guidanceRule(spec.rule);
    const auto options = registry::completed("guidance \"" + rule.id + "\"", rule.options, spec.options);
    Plan plan = planOf(spec, options);
    const bool needsWeaker = rule.id == "autoguidance";
    if (needsWeaker && !context.weaker)
        throw Error(ErrorCode::invalidOption, "Autoguidance needs a weaker model (option \"weak_model\").",
                    "Name a model of the same images, for example an earlier checkpoint.");
    if (!needsWeaker)
        context.weaker.reset();
    auto combine = makeRule(rule.id, options, context.steps);
    return std::make_unique<GuidedDenoiser>(std::move(inner), std::move(combine), std::move(plan),
                                            std::move(context));
}

}  // namespace diffuscope::denoise
