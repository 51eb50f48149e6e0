// SPDX-License-Identifier: GPL-3.0-or-later
// A formula over every element of tensors, written once and computed in one pass.
#pragma once

#include <torch/types.h>

#include <concepts>
#include <cstdint>

namespace diffuscope::denoise {

namespace elements {

/// The operands of a formula are tensors of one shape, and numbers that are the same for all elements.
template <typename Operand>
constexpr bool isTensor = std::same_as<Operand, torch::Tensor>;

template <typename Operand>
bool isLike(const torch::Tensor& first, const Operand& operand)
{
    if constexpr (isTensor<Operand>)
        return operand.is_cpu() && operand.scalar_type() == torch::kFloat && operand.is_contiguous() &&
               !operand.requires_grad() && operand.sizes() == first.sizes();
    else
        return true;
}

template <typename Operand>
auto source(const Operand& operand)
{
    if constexpr (isTensor<Operand>)
        return static_cast<const float*>(operand.template data_ptr<float>());
    else
        return static_cast<float>(operand);
}

inline float at(const float* values, std::int64_t index)
{
    return values[index];
}
inline float at(float number, std::int64_t)
{
    return number;
}

/// Loops over a number of elements that the compiler knows are those that it vectorizes.
constexpr std::int64_t block = 16;

template <typename Formula, typename... Sources>
void compute(const Formula& formula, float* __restrict result, std::int64_t count, Sources... sources)
{
    std::int64_t done = 0;
    for (; done + block <= count; done += block)
        for (std::int64_t i = 0; i < block; ++i)
            result[done + i] = formula(at(sources, done + i)...);
    for (; done < count; ++done)
        result[done] = formula(at(sources, done)...);
}

}  // namespace elements

/// formula(first, rest…), where `rest` are tensors of the shape of `first`, and numbers. Where all tensors
/// are float32 in the processor's memory, the formula is computed element by element, from floats: LibTorch
/// would take one pass over memory for each of its operations. Otherwise it is computed from the tensors as
/// they are, in their type and on their device; so it is a generic lambda that takes both.
template <typename Formula, typename... Operands>
torch::Tensor elementwise(const Formula& formula, const torch::Tensor& first, const Operands&... rest)
{
    if (!elements::isLike(first, first) || !(elements::isLike(first, rest) && ...))
        return formula(first, rest...);
    torch::Tensor result = torch::empty_like(first);
    elements::compute(formula, result.data_ptr<float>(), result.numel(), elements::source(first),
                      elements::source(rest)...);
    return result;
}

}  // namespace diffuscope::denoise
