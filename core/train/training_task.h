// What a training loop trains: a module and its loss as a function of the step.
#pragma once

#include <torch/torch.h>

#include <string>

namespace diffuscope::train {

class TrainingTask
{
public:
    virtual ~TrainingTask() = default;

    virtual torch::nn::Module& module() = 0;
    // The scalar loss of this step's batch. The batch is a function of (seed, step) alone, so that a resumed
    // training sees what an uninterrupted one would have seen. Called with rising steps.
    virtual torch::Tensor loss(int64_t step) = 0;
    // Called with the averaged weights in the module. Writes the picture to `path` where the task has one.
    virtual void writePreview(const std::string& path) = 0;
};

}  // namespace diffuscope::train
