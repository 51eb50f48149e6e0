// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/blocks.h"

#include "core/base/error.h"

namespace diffuscope::model::diffusers {
namespace {

// The transformers' own, whatever the network's is.
constexpr double transformerNormEpsilon = 1e-6;
constexpr double tokenNormEpsilon = 1e-5;

Tensor tokensOf(const Tensor& x)
{
    return x.flatten(2).transpose(1, 2);
}

Tensor pictureOf(const Tensor& tokens, const Tensor& like)
{
    return tokens.transpose(1, 2).reshape({tokens.size(0), tokens.size(2), like.size(2), like.size(3)});
}

std::int64_t checkedHeads(std::int64_t channels, std::int64_t heads)
{
    if (heads < 1 || channels % heads != 0)
        throw Error(ErrorCode::invalidFile,
                    "The configuration divides " + std::to_string(channels) + " channels into " +
                        std::to_string(heads) + " heads of attention, which does not go.",
                    "Take the configuration that belongs to these weights.");
    return heads;
}

std::int64_t headCount(std::int64_t channels, std::int64_t headWidth)
{
    if (headWidth < 1 || headWidth > channels)
        throw Error(ErrorCode::invalidFile,
                    "The configuration asks for heads of attention of " + std::to_string(headWidth) +
                        " channels where there are " + std::to_string(channels) + ".",
                    "Take the configuration that belongs to these weights.");
    return channels / headWidth;
}

}  // namespace

ResnetBlock::ResnetBlock(const Weights& weights, std::int64_t inputs, std::int64_t outputs,
                         const ResnetSettings& settings, Sampling sampling)
    : m_settings(settings),
      m_sampling(sampling),
      m_norm1(weights["norm1"], inputs, settings.groups, settings.epsilon),
      m_conv1(weights["conv1"], {inputs, outputs}),
      m_norm2(weights["norm2"], outputs, settings.groups, settings.epsilon),
      m_conv2(weights["conv2"], {outputs, outputs})
{
    if (settings.timeWidth > 0)
        m_time.emplace(weights["time_emb_proj"], settings.timeWidth,
                       settings.isScaleShift ? 2 * outputs : outputs);
    if (inputs != outputs)
        m_shortcut.emplace(
            weights["conv_shortcut"],
            Convolution2d::Shape{.inputs = inputs, .outputs = outputs, .kernel = 1, .padding = 0});
}

Tensor ResnetBlock::operator()(const Tensor& x, const BlockInputs& inputs) const
{
    Tensor skip = x;
    Tensor h = activate(m_settings.activation, m_norm1(x));
    if (m_sampling == Sampling::up) {
        skip = upsampleNearest(skip);
        h = upsampleNearest(h);
    } else if (m_sampling == Sampling::down) {
        skip = at::avg_pool2d(skip, {2, 2}, {2, 2});
        h = at::avg_pool2d(h, {2, 2}, {2, 2});
    }
    h = m_conv1(h);
    Tensor time;
    if (m_time) {
        const Tensor known =
            m_settings.skipsTimeActivation ? inputs.time : activate(m_settings.activation, inputs.time);
        time = (*m_time)(known).unsqueeze(-1).unsqueeze(-1);
    }
    if (m_settings.isScaleShift && time.defined()) {
        const auto halves = time.chunk(2, 1);
        h = m_norm2(h) * (1 + halves[0]) + halves[1];
    } else {
        h = m_norm2(time.defined() ? h + time : h);
    }
    h = m_conv2(activate(m_settings.activation, h));
    if (m_shortcut)
        skip = (*m_shortcut)(skip);
    inputs.evaluation.blockDone();
    return m_settings.outputScale == 1 ? skip + h : (skip + h) / m_settings.outputScale;
}

PixelAttention::PixelAttention(const Weights& weights, std::int64_t channels, std::int64_t headWidth,
                               std::optional<std::int64_t> groups, double epsilon, double outputScale)
    : m_heads(headCount(channels, headWidth)),
      m_scale(1 / std::sqrt(double(headWidth))),
      m_outputScale(outputScale),
      m_query(weights["to_q"], channels, m_heads * headWidth),
      m_key(weights["to_k"], channels, m_heads * headWidth),
      m_value(weights["to_v"], channels, m_heads * headWidth),
      m_output(weights["to_out"]["0"], m_heads * headWidth, channels)
{
    if (groups)
        m_norm.emplace(weights["group_norm"], channels, *groups, epsilon);
}

Tensor PixelAttention::operator()(const Tensor& x, const BlockInputs& inputs) const
{
    const Tensor tokens = tokensOf(m_norm ? (*m_norm)(x) : x);
    const Tensor q = splitHeads(m_query(tokens), m_heads);
    const Tensor k = splitHeads(m_key(tokens), m_heads);
    const Tensor v = splitHeads(m_value(tokens), m_heads);
    const Tensor mixed = m_output(joinHeads(attend(q, k, v, m_scale, {}, inputs.evaluation)));
    inputs.evaluation.blockDone();
    const Tensor sum = pictureOf(mixed, x) + x;
    return m_outputScale == 1 ? sum : sum / m_outputScale;
}

TokenAttention::TokenAttention(const Weights& weights, std::int64_t width, std::int64_t contextWidth,
                               std::int64_t heads, bool hasBias)
    : m_heads(checkedHeads(width, heads)),
      m_scale(1 / std::sqrt(double(width / heads))),
      m_query(weights["to_q"], width, width, hasBias),
      m_key(weights["to_k"], contextWidth, width, hasBias),
      m_value(weights["to_v"], contextWidth, width, hasBias),
      m_output(weights["to_out"]["0"], width, width)
{
}

Tensor TokenAttention::operator()(const Tensor& x, const Tensor& context, const Tensor& bias,
                                  const Evaluation& evaluation, Tensor* map) const
{
    const Tensor q = splitHeads(m_query(x), m_heads);
    const Tensor k = splitHeads(m_key(context), m_heads);
    const Tensor v = splitHeads(m_value(context), m_heads);
    if (map != nullptr) {
        Tensor scores = at::matmul(q, k.transpose(-1, -2)) * m_scale;
        *map = (bias.defined() ? scores + bias : scores).softmax(-1);
    }
    return m_output(joinHeads(attend(q, k, v, m_scale, bias, evaluation)));
}

TextTransformer::TextTransformer(const Weights& weights, std::int64_t channels,
                                 const TransformerSettings& settings, std::string name)
    : m_settings(settings),
      m_name(std::move(name)),
      m_norm(weights["norm"], channels, settings.groups, transformerNormEpsilon),
      m_in(weights["proj_in"], channels, channels),
      m_out(weights["proj_out"], channels, channels)
{
    for (std::int64_t index = 0; index < settings.layers; ++index) {
        const Weights layer = weights["transformer_blocks"][std::size_t(index)];
        const std::int64_t selfWidth = settings.readsOnlyText ? settings.textWidth : channels;
        m_layers.push_back({LayerNorm(layer["norm1"], channels, tokenNormEpsilon),
                            TokenAttention(layer["attn1"], channels, selfWidth, settings.heads),
                            LayerNorm(layer["norm2"], channels, tokenNormEpsilon),
                            TokenAttention(layer["attn2"], channels, settings.textWidth, settings.heads),
                            LayerNorm(layer["norm3"], channels, tokenNormEpsilon),
                            Linear(layer["ff"]["net"]["0"]["proj"], channels, 8 * channels),
                            Linear(layer["ff"]["net"]["2"], 4 * channels, channels)});
    }
}

Tensor TextTransformer::operator()(const Tensor& x, const BlockInputs& inputs) const
{
    if (!inputs.text.defined())
        throw Error(ErrorCode::invalidOption, "The model reads a text, and got none.",
                    "Give it the text encoder's states.");
    // A convolution of one pixel is a linear layer over the tokens.
    Tensor tokens = m_in(tokensOf(m_norm(x)));
    const Evaluation& evaluation = inputs.evaluation;
    for (std::size_t index = 0; index < m_layers.size(); ++index) {
        const Layer& layer = m_layers[index];
        const Tensor first = layer.norm1(tokens);
        tokens = tokens + layer.self(first, m_settings.readsOnlyText ? inputs.text : first, {}, evaluation);
        Tensor map;
        tokens = tokens + layer.cross(layer.norm2(tokens), inputs.text, inputs.textBias, evaluation,
                                      evaluation.maps != nullptr ? &map : nullptr);
        if (evaluation.maps != nullptr)
            evaluation.maps->push_back(
                {m_name + ".transformer_blocks." + std::to_string(index), x.size(2), x.size(3), map});
        const auto halves = layer.gate(layer.norm3(tokens)).chunk(2, -1);
        tokens = tokens + layer.output(halves[0] * at::gelu(halves[1]));
        evaluation.blockDone();
    }
    return pictureOf(m_out(tokens), x) + x;
}

}  // namespace diffuscope::model::diffusers
