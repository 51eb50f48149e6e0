// SPDX-License-Identifier: GPL-3.0-or-later
// A classifier of noisy states as classifier guidance sees it: the gradient of its log-probabilities.
#pragma once

#include "core/recipe/condition.h"
#include "core/schedule/noise_schedule.h"

#include <torch/types.h>

#include <functional>
#include <string>

namespace diffuscope::denoise {

using torch::Tensor;

/// A classifier p(y | x_t, t) and what it was trained for.
struct TrainedClassifier
{
    std::string name;  ///< as it is called in messages
    /// Logits [B, classes] for x [B, …] and t [B], both of `type` and on `device`; differentiable in x.
    std::function<Tensor(const Tensor& x, const Tensor& t)> logits;
    schedule::NoiseSchedule schedule;  ///< that it was trained on
    int classes = 0;
    torch::Device device = torch::kCPU;
    torch::ScalarType type = torch::kFloat;
};

/// ∇_x log p(y_k | x_k) of every image k of x [B, …] at `level`, with y_k = towards.classOf(k); where
/// `awayFrom` is a class, ∇_x (log p(y_k | x_k) − log p(awayFrom | x_k)). 0 for an image without a class.
/// [B, …] in the type and on the device of x. The level is one of the sampling schedule: a classifier that
/// was trained on another one is asked for the same sigma/alpha, in its own scale. Works in inference mode
/// and without gradients around it. Throws Error(invalidOption) for a class that the classifier does not
/// know, Error(notFinite).
Tensor logProbabilityGradient(const TrainedClassifier& classifier, const Tensor& x,
                              const schedule::NoiseLevel& level, const recipe::Condition& towards,
                              int awayFrom = -1);

}  // namespace diffuscope::denoise
