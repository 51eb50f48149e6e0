// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels over tokens as differentiable functions.
#include "core/model/dit/token_functions.h"

#include "core/inference/token_kernels.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

namespace diffuscope::model {
namespace {

namespace kernels = inference::kernels;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double tokenNormEpsilon = 1e-6;

bool isForKernels(const torch::Tensor& x)
{
    return x.is_cpu() && x.scalar_type() == torch::kFloat32;
}

kernels::TokenShape shapeOf(const torch::Tensor& x)
{
    return {x.size(1), x.size(2)};
}

float* imageOf(const torch::Tensor& batch, int64_t image)
{
    return batch.data_ptr<float>() + image * batch.stride(0);
}

class ModulatedLayerNorm : public torch::autograd::Function<ModulatedLayerNorm>
{
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& given,
                                 const torch::Tensor& givenScale, const torch::Tensor& givenShift)
    {
        const auto x = given.contiguous(), scale = givenScale.contiguous(), shift = givenShift.contiguous();
        const auto y = torch::empty_like(x), moments = torch::empty({x.size(0), x.size(1), 2});
        for (int64_t k = 0; k < x.size(0); ++k)
            kernels::normalizeTokens(imageOf(x, k), imageOf(scale, k), imageOf(shift, k), shapeOf(x),
                                     imageOf(y, k), imageOf(moments, k));
        context->save_for_backward({x, scale, moments});
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &scale = saved[1], &moments = saved[2];
        const auto dy = gradients[0].contiguous();
        const auto dx = torch::empty_like(x), dScale = torch::zeros_like(scale),
                   dShift = torch::zeros_like(scale);
        for (int64_t k = 0; k < x.size(0); ++k)
            kernels::normalizeTokensGradient(imageOf(x, k), imageOf(dy, k), imageOf(scale, k),
                                             imageOf(moments, k), shapeOf(x), imageOf(dx, k),
                                             imageOf(dScale, k), imageOf(dShift, k));
        return {dx, dScale, dShift};
    }
};

class AddGated : public torch::autograd::Function<AddGated>
{
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& given,
                                 const torch::Tensor& givenBranch, const torch::Tensor& givenGate)
    {
        const auto x = given.contiguous(), branch = givenBranch.contiguous(), gate = givenGate.contiguous();
        const auto y = torch::empty_like(x);
        for (int64_t k = 0; k < x.size(0); ++k)
            kernels::addGated(imageOf(x, k), imageOf(branch, k), imageOf(gate, k), shapeOf(x), imageOf(y, k));
        context->save_for_backward({branch, gate});
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const auto saved = context->get_saved_variables();
        const auto &branch = saved[0], &gate = saved[1];
        const auto dy = gradients[0].contiguous();
        const auto dBranch = torch::empty_like(branch), dGate = torch::zeros_like(gate);
        for (int64_t k = 0; k < dy.size(0); ++k)
            kernels::addGatedGradient(imageOf(branch, k), imageOf(dy, k), imageOf(gate, k), shapeOf(branch),
                                      imageOf(dBranch, k), imageOf(dGate, k));
        return {dy, dBranch, dGate};
    }
};

class TokenGelu : public torch::autograd::Function<TokenGelu>
{
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& given)
    {
        const auto x = given.contiguous();
        const auto y = torch::empty_like(x);
        kernels::gelu(x.data_ptr<float>(), x.numel(), y.data_ptr<float>());
        context->save_for_backward({x});
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const auto x = context->get_saved_variables()[0];
        const auto dy = gradients[0].contiguous();
        const auto dx = torch::empty_like(x);
        kernels::geluGradient(x.data_ptr<float>(), dy.data_ptr<float>(), x.numel(), dx.data_ptr<float>());
        return {dx};
    }
};

kernels::AttentionShape attentionShape(const torch::Tensor& queryKeyValue, int64_t heads)
{
    return {queryKeyValue.size(1), heads, queryKeyValue.size(2) / (3 * heads)};
}

class TokenAttention : public torch::autograd::Function<TokenAttention>
{
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& given, int64_t heads)
    {
        const auto queryKeyValue = given.contiguous();
        const auto shape = attentionShape(queryKeyValue, heads);
        const int64_t batch = queryKeyValue.size(0);
        const auto result = torch::empty({batch, shape.tokens, shape.width()});
        const auto weights = torch::empty({batch, shape.weightValues()});
        std::vector<float> scratch(static_cast<std::size_t>(shape.scratchValues()));
        for (int64_t k = 0; k < batch; ++k)
            kernels::attendTokens(imageOf(queryKeyValue, k), shape, imageOf(weights, k), scratch.data(),
                                  imageOf(result, k));
        context->save_for_backward({queryKeyValue, weights});
        context->saved_data["heads"] = heads;
        return result;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const auto saved = context->get_saved_variables();
        const auto &queryKeyValue = saved[0], &weights = saved[1];
        const auto shape = attentionShape(queryKeyValue, context->saved_data["heads"].toInt());
        const auto dResult = gradients[0].contiguous();
        const auto gradient = torch::empty_like(queryKeyValue);
        std::vector<float> scratch(static_cast<std::size_t>(shape.scratchValues()));
        for (int64_t k = 0; k < gradient.size(0); ++k)
            kernels::attendTokensGradient(imageOf(queryKeyValue, k), imageOf(weights, k), imageOf(dResult, k),
                                          shape, scratch.data(), imageOf(gradient, k));
        return {gradient, torch::Tensor()};
    }
};

/// Queries, keys and values, each [B·heads, N, w].
std::vector<torch::Tensor> partsOf(const torch::Tensor& queryKeyValue, int64_t heads)
{
    const int64_t batch = queryKeyValue.size(0), tokens = queryKeyValue.size(1);
    return queryKeyValue.reshape({batch, tokens, 3, heads, -1})
        .permute({2, 0, 3, 1, 4})
        .reshape({3, batch * heads, tokens, -1})
        .unbind(0);
}

torch::Tensor softmaxOf(const torch::Tensor& query, const torch::Tensor& key)
{
    const double scale = 1.0 / std::sqrt(static_cast<double>(query.size(-1)));
    return torch::softmax(torch::bmm(query * scale, key.transpose(1, 2)), -1);
}

}  // namespace

torch::Tensor modulatedLayerNorm(const torch::Tensor& x, const torch::Tensor& scale,
                                 const torch::Tensor& shift)
{
    if (!isForKernels(x))
        return torch::addcmul(shift, at::layer_norm(x, {x.size(-1)}, {}, {}, tokenNormEpsilon), scale + 1);
    return ModulatedLayerNorm::apply(x, scale, shift);
}

torch::Tensor addGated(const torch::Tensor& x, const torch::Tensor& branch, const torch::Tensor& gate)
{
    return isForKernels(x) ? AddGated::apply(x, branch, gate) : torch::addcmul(x, gate, branch);
}

torch::Tensor tokenGelu(const torch::Tensor& x)
{
    return isForKernels(x) ? TokenGelu::apply(x) : at::gelu(x, "tanh");
}

torch::Tensor attentionWeights(const torch::Tensor& queryKeyValue, int64_t heads)
{
    const auto parts = partsOf(queryKeyValue, heads);
    const int64_t tokens = queryKeyValue.size(1);
    return softmaxOf(parts[0], parts[1]).view({queryKeyValue.size(0), heads, tokens, tokens});
}

torch::Tensor tokenAttention(const torch::Tensor& queryKeyValue, int64_t heads)
{
    constexpr int64_t lanes = 16;
    if (isForKernels(queryKeyValue) && queryKeyValue.size(2) / (3 * heads) % lanes == 0)
        return TokenAttention::apply(queryKeyValue, heads);
    const auto parts = partsOf(queryKeyValue, heads);
    return torch::bmm(softmaxOf(parts[0], parts[1]), parts[2])
        .view({queryKeyValue.size(0), heads, queryKeyValue.size(1), -1})
        .permute({0, 2, 1, 3})
        .reshape({queryKeyValue.size(0), queryKeyValue.size(1), -1});
}

}  // namespace diffuscope::model
