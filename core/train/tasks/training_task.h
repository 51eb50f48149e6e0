// SPDX-License-Identifier: GPL-3.0-or-later
// What a training loop trains: a module and its loss as a function of the step.
//
// A batch is shared out among replicas of the module, one a processor core, each with one thread of its own:
// they meet once a step instead of at every layer, which is faster, and much faster beside other programs.
#pragma once

#include <torch/nn/module.h>

#include <string>

namespace diffuscope::train {

class TrainingTask
{
public:
    virtual ~TrainingTask() = default;

    virtual int replicas() const = 0;
    /// Equal modules; the loop makes them share the weights of the first.
    virtual torch::nn::Module& module(int replica) = 0;
    /// Makes the step's batch ready. The batch is a function of (seed, step) alone, so that a resumed
    /// training sees what an uninterrupted one would have seen.
    virtual void prepare(int64_t step) = 0;
    /// The replica's share of the loss, a scalar: the batch's loss is the sum over replicas. Called for all
    /// replicas at the same time, each from its own thread.
    virtual torch::Tensor loss(int replica) = 0;
    /// Called with the averaged weights in module(0). Writes the picture to `path` where the task has one.
    virtual void writePreview(const std::string& path) = 0;
};

}  // namespace diffuscope::train
