// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/layers.h"

#include "core/base/error.h"

#include <cmath>

namespace diffuscope::model::diffusers {
namespace {

/// The weight in the type of the computation: its own memory, or a copy that lives as long as the layer
/// computes.
Tensor like(const Tensor& weight, const Tensor& x)
{
    return weight.defined() && weight.scalar_type() != x.scalar_type() ? weight.to(x.scalar_type()) : weight;
}

c10::optional<Tensor> maybe(const Tensor& tensor)
{
    return tensor.defined() ? c10::optional<Tensor>(tensor) : c10::nullopt;
}

}  // namespace

Activation activationOf(const std::string& name, const std::string& where)
{
    if (name == "silu" || name == "swish")
        return Activation::silu;
    if (name == "mish")
        return Activation::mish;
    if (name == "gelu")
        return Activation::gelu;
    if (name == "gelu-approximate" || name == "gelu_new" || name == "gelu_pytorch_tanh")
        return Activation::geluTanh;
    if (name == "quick_gelu")
        return Activation::quickGelu;
    if (name == "relu")
        return Activation::relu;
    throw Error(ErrorCode::invalidFile,
                where + " names the activation \"" + name.substr(0, 60) + "\", which is not known.",
                "Known are silu, mish, gelu, gelu-approximate, quick_gelu and relu.");
}

Tensor activate(Activation activation, const Tensor& x)
{
    switch (activation) {
        case Activation::silu:
            return at::silu(x);
        case Activation::mish:
            return at::mish(x);
        case Activation::gelu:
            return at::gelu(x);
        case Activation::geluTanh:
            return at::gelu(x, "tanh");
        case Activation::quickGelu:
            return x * at::sigmoid(1.702 * x);
        case Activation::relu:
            return at::relu(x);
    }
    return x;
}

Linear::Linear(const Weights& weights, std::int64_t inputs, std::int64_t outputs, bool hasBias)
    : weight(weights.take("weight", {outputs, inputs})),
      bias(hasBias ? weights.take("bias", {outputs}) : Tensor())
{
}

Tensor Linear::operator()(const Tensor& x) const
{
    return at::linear(x, like(weight, x), maybe(like(bias, x)));
}

Convolution2d::Convolution2d(const Weights& weights, const Shape& shape)
    : weight(weights.take("weight", {shape.outputs, shape.inputs, shape.kernel, shape.kernel})),
      bias(shape.hasBias ? weights.take("bias", {shape.outputs}) : Tensor()),
      stride(shape.stride),
      padding(shape.padding)
{
}

Tensor Convolution2d::operator()(const Tensor& x) const
{
    return at::conv2d(x, like(weight, x), maybe(like(bias, x)), stride, padding);
}

GroupNorm::GroupNorm(const Weights& weights, std::int64_t channels, std::int64_t groups_, double epsilon_)
    : weight(weights.take("weight", {channels})),
      bias(weights.take("bias", {channels})),
      groups(groups_),
      epsilon(epsilon_)
{
    if (groups < 1 || channels % groups != 0)
        throw Error(ErrorCode::invalidFile,
                    "The configuration divides " + std::to_string(channels) + " channels into " +
                        std::to_string(groups) + " groups, which does not go.",
                    "Take the configuration that belongs to these weights.");
}

Tensor GroupNorm::operator()(const Tensor& x) const
{
    return at::group_norm(x, groups, maybe(like(weight, x)), maybe(like(bias, x)), epsilon);
}

LayerNorm::LayerNorm(const Weights& weights, std::int64_t width_, double epsilon_, bool isAffine)
    : weight(isAffine ? weights.take("weight", {width_}) : Tensor()),
      bias(isAffine ? weights.take("bias", {width_}) : Tensor()),
      width(width_),
      epsilon(epsilon_)
{
}

Tensor LayerNorm::operator()(const Tensor& x) const
{
    return at::layer_norm(x, {width}, maybe(like(weight, x)), maybe(like(bias, x)), epsilon);
}

Embedding::Embedding(const Weights& weights, std::int64_t count, std::int64_t width)
    : weight(weights.take("weight", {count, width}))
{
}

Tensor Embedding::operator()(const Tensor& ids) const
{
    if (ids.numel() > 0 &&
        (ids.min().item<std::int64_t>() < 0 || ids.max().item<std::int64_t>() >= weight.size(0)))
        throw Error(ErrorCode::invalidOption,
                    "The model is asked for an id outside 0 to " + std::to_string(weight.size(0) - 1) + ".",
                    "Choose one inside.");
    return at::embedding(weight, ids);
}

Tensor sinusoid(const Tensor& t, std::int64_t width, bool flip, double shift)
{
    const std::int64_t half = width / 2;
    const Tensor exponent =
        -std::log(10000.0) * at::arange(half, t.options().dtype(torch::kFloat32)) / (double(half) - shift);
    const Tensor angle = t.to(torch::kFloat32).unsqueeze(1) * at::exp(exponent).unsqueeze(0);
    Tensor result = flip ? at::cat({angle.cos(), angle.sin()}, 1) : at::cat({angle.sin(), angle.cos()}, 1);
    if (width % 2 == 1)
        result = at::constant_pad_nd(result, {0, 1});
    return result;
}

TimestepEmbedding::TimestepEmbedding(const Weights& weights, const Shape& shape)
    : linear1(weights["linear_1"], shape.inputs, shape.outputs),
      linear2(weights["linear_2"], shape.outputs, shape.outputs),
      activation(shape.activation),
      last(shape.last)
{
    if (shape.conditionInputs > 0)
        condition.emplace(weights["cond_proj"], shape.conditionInputs, shape.inputs, false);
}

Tensor TimestepEmbedding::operator()(const Tensor& x, const Tensor& guidance) const
{
    Tensor sum = x;
    if (condition && guidance.defined())
        sum = sum + (*condition)(guidance.to(x.scalar_type()));
    const Tensor result = linear2(activate(activation, linear1(sum)));
    return last ? activate(*last, result) : result;
}

Tensor splitHeads(const Tensor& x, std::int64_t heads)
{
    return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

Tensor joinHeads(const Tensor& x)
{
    return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
}

Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v, double scale, const Tensor& bias,
              const Evaluation& evaluation)
{
    const Tensor turned = k.transpose(-1, -2);
    const auto slice = [&](const Tensor& part) {
        evaluation.check();
        Tensor scores = at::matmul(part, turned) * scale;
        if (bias.defined())
            scores = scores + bias;
        return at::matmul(scores.softmax(-1), v);
    };
    const std::int64_t rowBytes = q.size(0) * q.size(1) * k.size(2) * std::int64_t(q.element_size());
    const std::int64_t rows =
        std::max<std::int64_t>(1, evaluation.attentionBytes / std::max<std::int64_t>(1, rowBytes));
    if (rows >= q.size(2))
        return slice(q);
    std::vector<Tensor> parts;
    for (const Tensor& part : q.split(rows, 2))
        parts.push_back(slice(part));
    return at::cat(parts, 2);
}

Tensor upsampleNearest(const Tensor& x, torch::IntArrayRef size)
{
    if (size.empty())
        return at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2});
    return at::upsample_nearest2d(x, size);
}

}  // namespace diffuscope::model::diffusers
