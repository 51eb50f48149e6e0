// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/module_weights.h"

#include <cmath>

namespace diffuscope::model {

ModuleWeights::ModuleWeights(const UNetImpl& net)
{
    for (const auto& parameter : net.named_parameters()) {
        const torch::Tensor& values = parameter.value();
        if (!values.is_cpu() || values.scalar_type() != torch::kFloat32)
            throw UnknownModule("The network is not on the processor in float32.");
        m_parameters.emplace(parameter.key(), values.detach());
    }
}

std::vector<float> ModuleWeights::take(const std::string& name, const std::vector<int64_t>& shape)
{
    const auto found = m_parameters.find(name);
    if (found == m_parameters.end() || found->second.sizes() != at::IntArrayRef(shape))
        throw UnknownModule("The network's \"" + name + "\" is not what the plan knows.");
    const torch::Tensor values = found->second.contiguous();
    m_parameters.erase(found);
    const auto* first = values.data_ptr<float>();
    return {first, first + values.numel()};
}

inference::ConvolutionWeights ModuleWeights::convolution(const std::string& name, int inputs, int outputs,
                                                         int kernel)
{
    return {inputs, outputs, kernel, take(name + ".weight", {outputs, inputs, kernel, kernel}),
            take(name + ".bias", {outputs})};
}

void ModuleWeights::appendLinear(const std::string& name, int inputs, int outputs,
                                 inference::LinearWeights& weights)
{
    const auto values = take(name + ".weight", {outputs, inputs}), bias = take(name + ".bias", {outputs});
    weights.inputs = inputs;
    weights.outputs += outputs;
    weights.values.insert(weights.values.end(), values.begin(), values.end());
    weights.bias.insert(weights.bias.end(), bias.begin(), bias.end());
}

std::vector<float> ModuleWeights::embeddingFrequencies(int width)
{
    const int half = width / 2;
    // As sinusoidalEmbedding computes them: at large times the last bit of a frequency shows.
    const auto values = torch::exp(torch::arange(half, torch::kFloat32) / half * -std::log(10'000.0));
    const auto* first = values.data_ptr<float>();
    return {first, first + half};
}

void ModuleWeights::leave(const std::string& module)
{
    std::erase_if(m_parameters, [&module](const auto& item) { return item.first.starts_with(module + "."); });
}

void ModuleWeights::checkThatNothingIsLeft() const
{
    if (!m_parameters.empty()) {
        throw UnknownModule("The network has a part that the plan does not know: \"" +
                            m_parameters.begin()->first + "\".");
    }
}

}  // namespace diffuscope::model
