// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the parameters of a network's modules by name, and knows which were not read.
#pragma once

#include "core/inference/conditioning.h"
#include "core/inference/convolution_weights.h"
#include "core/model/unet/unet.h"

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace diffuscope::model {

/// The network has a part that the plan does not know, or lacks one; says which.
class UnknownModule : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

class ModuleWeights
{
public:
    /// Throws UnknownModule for a network that is not on the CPU in float32.
    explicit ModuleWeights(const UNetImpl& net);

    /// Each parameter can be taken once. Throws UnknownModule where it is missing or has another shape.
    std::vector<float> take(const std::string& name, const std::vector<int64_t>& shape);
    inference::ConvolutionWeights convolution(const std::string& name, int inputs, int outputs, int kernel);
    /// Adds the layer's outputs after those that are there.
    void appendLinear(const std::string& name, int inputs, int outputs, inference::LinearWeights& weights);
    static std::vector<float> embeddingFrequencies(int width);

    /// What is in this module stays with the modules.
    void leave(const std::string& module);
    void checkThatNothingIsLeft() const;

private:
    std::map<std::string, torch::Tensor> m_parameters;
};

}  // namespace diffuscope::model
