// SPDX-License-Identifier: GPL-3.0-or-later
// Euler's method along a velocity.
#include "core/train/tasks/flow_path.h"

#include <vector>

namespace diffuscope::train {
namespace {

/// Calls visit(velocity) at every step.
template <typename Visit>
torch::Tensor walk(const Velocity& velocity, const torch::Tensor& noise, int steps, Visit visit)
{
    torch::Tensor x = noise;
    const double step = 1.0 / steps;
    for (int done = 0; done < steps; ++done) {
        const torch::Tensor v = velocity(x, 1.0 - done * step, step);
        visit(v);
        x = x - step * v;
    }
    return x;
}

}  // namespace

torch::Tensor followFlow(const Velocity& velocity, const torch::Tensor& noise, int steps)
{
    return walk(velocity, noise, steps, [](const torch::Tensor&) {});
}

double curvature(const Velocity& velocity, const torch::Tensor& noise, int steps)
{
    std::vector<torch::Tensor> velocities;
    const torch::Tensor picture =
        walk(velocity, noise, steps, [&velocities](const torch::Tensor& v) { velocities.push_back(v); });
    const torch::Tensor straight = noise - picture;
    double sum = 0.0;
    for (const torch::Tensor& v : velocities)
        sum += (straight - v).square().mean().item<double>();
    return sum / steps;
}

}  // namespace diffuscope::train
