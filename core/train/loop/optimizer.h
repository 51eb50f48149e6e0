// SPDX-License-Identifier: GPL-3.0-or-later
// AdamW, gradient clipping and a moving average of the weights over one contiguous buffer.
#pragma once

#include <torch/nn/module.h>

#include <string>
#include <utility>
#include <vector>

namespace diffuscope::train {

struct OptimizerOptions
{
    int64_t steps = 10'000;
    int batch = 64;
    double learningRate = 1.5e-3;
    int64_t warmupSteps = 300;
    double weightDecay = 0.01;
    double gradientClip = 1.0;
    double emaDecay = 0.9995;
    /// Decays of further averages that are kept beside it, to choose from when the training is over.
    std::vector<double> moreEmaDecays{};

    bool operator==(const OptimizerOptions&) const = default;
};

/// Linear warm-up, then half a cosine down to 0 at the last step (Loshchilov & Hutter 2017, eq. 5).
double learningRateAt(const OptimizerOptions& options, int64_t step);

/// Owns all weights of a module as views into one buffer, so that an update is one pass over memory.
class Optimizer
{
public:
    /// Moves the first module's parameters into the buffers; all modules, which must be equal in shape, work
    /// on these same weights from now on, each with a gradient buffer of its own.
    Optimizer(const std::vector<torch::nn::Module*>& modules, const OptimizerOptions& options);

    /// Sums the gradients of all modules, clips them to the global norm, applies AdamW (Loshchilov & Hutter
    /// 2019, algorithm 2) with the rate of `step` (counted from 0), updates the moving average and clears the
    /// gradients. Returns the norm before clipping.
    double update(int64_t step);

    /// Puts the moving average in place of the weights, and back. Calls must alternate.
    void useAverage();
    void useWeights();

    /// The state by name, each a flat float32 tensor that shares memory with this: weights, average, moments,
    /// and the further averages under averageName().
    std::vector<std::pair<std::string, torch::Tensor>> state() const;

    /// "average 0.9999".
    static std::string averageName(double decay);

private:
    void attach(torch::nn::Module& module);
    void updateOnCpu(double gradientScale, double rate, double correction1, double correction2, double decay);
    void updateOnDevice(double gradientScale, double rate, double correction1, double correction2,
                        double decay);

    OptimizerOptions m_options;
    torch::Tensor m_weights;
    std::vector<torch::Tensor> m_gradients;  // one a module
    torch::Tensor m_average;
    std::vector<torch::Tensor> m_moreAverages;
    torch::Tensor m_moment1;
    torch::Tensor m_moment2;
    torch::Tensor m_keptWeights;
};

}  // namespace diffuscope::train
