// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/guidance_rules/classifier_guidance.h"

#include <torch/types.h>

namespace diffuscope::denoise {

namespace {

class ClassifierGuidedDenoiser final : public Denoiser
{
public:
    ClassifierGuidedDenoiser(std::unique_ptr<Denoiser> inner, TrainedClassifier classifier, GuidancePlan plan,
                             GuidanceBase base)
        : m_inner(std::move(inner)),
          m_classifier(std::move(classifier)),
          m_plan(std::move(plan)),
          m_base(base)
    {
    }

    Prediction predict(const Tensor& x, const schedule::NoiseLevel& level,
                       const recipe::Condition& condition) override
    {
        const double progress = m_plan.progress(level);
        const double scale = m_plan.scaleAt(progress);
        const bool isConditional = m_base == GuidanceBase::conditional;
        const Prediction base =
            m_inner->predict(x, level, isConditional ? condition : recipe::Condition::none());
        const bool saysSomething = level.alpha > 0 && !level.isClean();
        if (condition.isNone() || !m_plan.isGuidedAt(progress) || scale == 0 || !saysSomething)
            return base;
        const Tensor gradient =
            logProbabilityGradient(m_classifier, x, level, condition, m_plan.negativeClass);
        return moved(base, gradient, level, scale);
    }

private:
    static Prediction moved(const Prediction& base, const Tensor& gradient, const schedule::NoiseLevel& level,
                            double scale)
    {
        // Algorithm 2, and what x = alpha·x0Hat + sigma·epsHat makes of it.
        const double x0Factor = level.sigma * level.sigma / level.alpha;
        Prediction result = base;
        result.epsHat = base.epsHat.sub(gradient, scale * level.sigma);
        result.x0Hat = base.x0Hat.add(gradient, scale * x0Factor);
        result.x0HatUnconditional = base.x0Hat;
        result.x0HatConditional = base.x0Hat.add(gradient, x0Factor);
        result.guidanceScale = scale;
        return result;
    }

    std::unique_ptr<Denoiser> m_inner;
    TrainedClassifier m_classifier;
    GuidancePlan m_plan;
    GuidanceBase m_base;
};

}  // namespace

std::unique_ptr<Denoiser> classifierGuided(std::unique_ptr<Denoiser> inner, TrainedClassifier classifier,
                                           GuidancePlan plan, GuidanceBase base)
{
    return std::make_unique<ClassifierGuidedDenoiser>(std::move(inner), std::move(classifier),
                                                      std::move(plan), base);
}

}  // namespace diffuscope::denoise
