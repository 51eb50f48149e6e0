// SPDX-License-Identifier: GPL-3.0-or-later
// The diffusion transformer, module by module.
#include "core/model/dit/dit.h"

#include "core/model/dit/token_functions.h"

#include <cmath>
#include <stdexcept>

namespace diffuscope::model {
namespace {

/// Levels are told as 0 … T; steps, which are shares of the path, in the same range.
constexpr double stepScale = 1000.0;

void setToZero(torch::nn::Linear& linear)
{
    torch::NoGradGuard noGrad;
    linear->weight.zero_();
    linear->bias.zero_();
}

/// Uniform of variance 2/(inputs + outputs) (Glorot & Bengio 2010), as in the paper's code; no bias at first.
void initialize(torch::nn::Linear& linear)
{
    torch::NoGradGuard noGrad;
    const double bound = std::sqrt(6.0 / double(linear->weight.size(0) + linear->weight.size(1)));
    linear->weight.uniform_(-bound, bound);
    linear->bias.zero_();
}

torch::nn::Linear makeLinear(int64_t from, int64_t to)
{
    torch::nn::Linear linear(from, to);
    initialize(linear);
    return linear;
}

/// Sines and cosines of each token's row and column (Vaswani et al. 2017, section 3.5), a start for training.
torch::Tensor placesOf(const DitConfig& config)
{
    const int64_t rows = config.imageHeight / config.patch, columns = config.imageWidth / config.patch;
    const auto row = torch::arange(rows, torch::kFloat32).repeat_interleave(columns);
    const auto column = torch::arange(columns, torch::kFloat32).repeat({rows});
    return torch::cat(
               {sinusoidalEmbedding(row, config.width / 2), sinusoidalEmbedding(column, config.width / 2)}, 1)
        .unsqueeze(0);
}

}  // namespace

DitBlockImpl::DitBlockImpl(int width, int heads, int mlpRatio)
    : m_heads(heads),
      m_modulation(register_module("modulation", makeLinear(width, 6 * width))),
      m_queryKeyValue(register_module("query_key_value", makeLinear(width, 3 * width))),
      m_projection(register_module("projection", makeLinear(width, width))),
      m_hidden(register_module("hidden", makeLinear(width, mlpRatio * width))),
      m_output(register_module("output", makeLinear(mlpRatio * width, width)))
{
    setToZero(m_modulation);
}

torch::Tensor DitBlockImpl::attend(const torch::Tensor& x, std::vector<torch::Tensor>* maps)
{
    const auto queryKeyValue = m_queryKeyValue(x);
    if (maps)
        maps->push_back(attentionWeights(queryKeyValue, m_heads));
    return m_projection(tokenAttention(queryKeyValue, m_heads));
}

torch::Tensor DitBlockImpl::forward(const torch::Tensor& x, const torch::Tensor& condition,
                                    std::vector<torch::Tensor>* maps, bool attends)
{
    // [6, B, 1, width]: shift, scale and gate of the attention, then of the hidden layer.
    const auto parts = m_modulation(condition).view({x.size(0), 6, 1, x.size(2)}).unbind(1);
    const auto attended =
        attends ? addGated(x, attend(modulatedLayerNorm(x, parts[1], parts[0]), maps), parts[2]) : x;
    const auto hidden = tokenGelu(m_hidden(modulatedLayerNorm(attended, parts[4], parts[3])));
    return addGated(attended, m_output(hidden), parts[5]);
}

DitImpl::DitImpl(const DitConfig& config) : m_config(config)
{
    validate(config);
    const int width = config.width;
    m_time1 = register_module("time1", makeLinear(width, width));
    m_time2 = register_module("time2", makeLinear(width, width));
    if (config.readsStep) {
        m_step1 = register_module("step1", makeLinear(width, width));
        m_step2 = register_module("step2", makeLinear(width, width));
        setToZero(m_step2);
    }
    m_classEmbedding = register_module("class_embedding", torch::nn::Embedding(config.classes + 1, width));
    m_patches = register_module("patches", makeLinear(config.patchValues(), width));
    m_places = register_parameter("places", placesOf(config));
    for (int layer = 0; layer < config.layers; ++layer)
        m_blocks.push_back(
            register_module("block" + std::to_string(layer), DitBlock(width, config.heads, config.mlpRatio)));
    m_outputModulation = register_module("output_modulation", makeLinear(width, 2 * width));
    m_output = register_module("output", makeLinear(width, config.patchValues()));
    setToZero(m_outputModulation);
    setToZero(m_output);
    torch::NoGradGuard noGrad;
    m_classEmbedding->weight.normal_(0.0, 0.02);
}

torch::Tensor DitImpl::condition(const torch::Tensor& t, const torch::Tensor& classIds,
                                 const torch::Tensor& step)
{
    const int width = m_config.width;
    auto sum = m_time2(torch::silu(m_time1(sinusoidalEmbedding(t, width)))) + m_classEmbedding(classIds);
    if (m_config.readsStep) {
        const auto length = step.defined() ? step * stepScale : torch::zeros_like(t);
        sum = sum + m_step2(torch::silu(m_step1(sinusoidalEmbedding(length, width))));
    }
    return torch::silu(sum);
}

torch::Tensor DitImpl::tokensOf(const torch::Tensor& images) const
{
    const int64_t batch = images.size(0), side = m_config.patch;
    const int64_t rows = m_config.imageHeight / side, columns = m_config.imageWidth / side;
    return images.reshape({batch, m_config.imageChannels, rows, side, columns, side})
        .permute({0, 2, 4, 1, 3, 5})
        .reshape({batch, rows * columns, m_config.patchValues()});
}

torch::Tensor DitImpl::imagesOf(const torch::Tensor& tokens) const
{
    const int64_t batch = tokens.size(0), side = m_config.patch;
    const int64_t rows = m_config.imageHeight / side, columns = m_config.imageWidth / side;
    return tokens.reshape({batch, rows, columns, m_config.imageChannels, side, side})
        .permute({0, 3, 1, 4, 2, 5})
        .reshape({batch, m_config.imageChannels, m_config.imageHeight, m_config.imageWidth});
}

torch::Tensor DitImpl::forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                               const torch::Tensor& step, std::vector<torch::Tensor>* maps,
                               const DitOmissions* without)
{
    TORCH_CHECK(x.dim() == 4 && x.size(1) == m_config.imageChannels && x.size(2) == m_config.imageHeight &&
                    x.size(3) == m_config.imageWidth,
                "The network's input has another shape than its config says.");
    const auto condition = this->condition(t, classIds, step);
    auto tokens = m_patches(tokensOf(x)) + m_places;
    for (std::size_t layer = 0; layer < m_blocks.size(); ++layer)
        if (!without || !without->blocks[layer])
            tokens = m_blocks[layer](tokens, condition, maps, !without || !without->attention[layer]);
    const auto parts = m_outputModulation(condition).view({x.size(0), 2, 1, m_config.width}).unbind(1);
    return imagesOf(m_output(modulatedLayerNorm(tokens, parts[1], parts[0])));
}

int64_t DitImpl::parameterCount() const
{
    return model::parameterCount(m_config);
}

void copyWeights(const DitImpl& teacher, DitImpl& student)
{
    auto expected = teacher.config();
    expected.readsStep = student.config().readsStep;
    if (expected != student.config())
        throw std::invalid_argument("The two transformers differ in more than reading the step.");
    torch::NoGradGuard noGrad;
    auto targets = student.named_parameters();
    for (const auto& item : teacher.named_parameters())
        targets[item.key()].copy_(item.value());
}

}  // namespace diffuscope::model
