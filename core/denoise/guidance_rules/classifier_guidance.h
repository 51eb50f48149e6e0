// SPDX-License-Identifier: GPL-3.0-or-later
// Classifier guidance: Dhariwal & Nichol 2021, "Diffusion models beat GANs on image synthesis", section 4.
//
// The paper has two forms. Algorithm 2 (DDIM) changes the noise estimate: eps ← eps − w·sigma·∇log p(y|x_t),
// which is the exact score of p(x_t)·p(y|x_t)^w, as eps = −sigma·score. Algorithm 1 (ancestral DDPM) shifts
// the mean of a step instead: mean += w·Sigma·∇log p(y|x_t), a Taylor expansion around the mean for small
// steps. Here every sampler sees the first form, through the one contract of denoisers: all samplers then
// work, clipping applies, and no sampler need know of guidance. In a DDPM step from t to s it moves the mean
// by w·sigma²_{t|s}/alpha_{t|s}·∇log p(y|x_t): Algorithm 1 with Sigma = sigma²_{t|s} = beta_t ("fixed_large")
// up to the factor 1/alpha_{t|s} = 1/√(1 − beta_t), which goes to 1 as the steps get small; and with w = 1 it
// is the mean of the model under the condition for steps of any size, which Algorithm 1 is not.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/denoise/guidance_rules/guidance_plan.h"
#include "core/denoise/noise_classifier.h"

#include <memory>

namespace diffuscope::denoise {

/// What the classifier's gradient is added to.
enum class GuidanceBase {
    unconditional,  ///< with w = 1 the condition follows by Bayes' rule: ∇log p(x) + ∇log p(y|x)
    conditional,    ///< the classifier sharpens what the network knows of the class
};

/// `inner` guided by `classifier`: epsHat − w·sigma·g and x0Hat + w·sigma²/alpha·g with the gradient g at
/// every prediction (see the head of this file). Reports the base as the unconditional prediction and the
/// base with g added once as the conditional one. The base alone is what comes without a condition, outside
/// the interval, with w = 0, and at levels without noise or without signal, where the state says nothing of
/// the class. One evaluation of `inner`, plus a forward and a backward pass of the classifier.
std::unique_ptr<Denoiser> classifierGuided(std::unique_ptr<Denoiser> inner, TrainedClassifier classifier,
                                           GuidancePlan plan, GuidanceBase base);

}  // namespace diffuscope::denoise
