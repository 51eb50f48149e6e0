// SPDX-License-Identifier: GPL-3.0-or-later
// The layers that other people's networks are made of, as plain functions over tensors that were loaded.
#pragma once

#include "core/model/diffusers/evaluation.h"
#include "core/model/diffusers/weights.h"

#include <optional>
#include <string>

namespace diffuscope::model::diffusers {

enum class Activation { silu, mish, gelu, geluTanh, quickGelu, relu };

/// By the names of configurations: silu, swish, mish, gelu, gelu-approximate, quick_gelu, relu, …
/// Throws Error(invalidFile) for others; `where` names the field.
Activation activationOf(const std::string& name, const std::string& where);
Tensor activate(Activation activation, const Tensor& x);

/// y = x·Wᵀ + b over the last size of x.
struct Linear
{
    Tensor weight;
    Tensor bias;

    Linear(const Weights& weights, std::int64_t inputs, std::int64_t outputs, bool hasBias = true);
    Tensor operator()(const Tensor& x) const;
};

struct Convolution2d
{
    struct Shape
    {
        std::int64_t inputs;
        std::int64_t outputs;
        std::int64_t kernel = 3;
        std::int64_t stride = 1;
        std::int64_t padding = 1;
        bool hasBias = true;
    };
    Tensor weight;
    Tensor bias;
    std::int64_t stride;
    std::int64_t padding;

    Convolution2d(const Weights& weights, const Shape& shape);
    Tensor operator()(const Tensor& x) const;
};

/// Over [B, C, …], each group of channels to mean 0 and variance 1, then scaled and shifted.
struct GroupNorm
{
    Tensor weight;
    Tensor bias;
    std::int64_t groups;
    double epsilon;

    /// Throws Error(invalidFile) where the channels do not divide into the groups.
    GroupNorm(const Weights& weights, std::int64_t channels, std::int64_t groups, double epsilon);
    Tensor operator()(const Tensor& x) const;
};

/// Over the last size; without scale and shift where `isAffine` is false.
struct LayerNorm
{
    Tensor weight;
    Tensor bias;
    std::int64_t width;
    double epsilon;

    LayerNorm(const Weights& weights, std::int64_t width, double epsilon, bool isAffine = true);
    Tensor operator()(const Tensor& x) const;
};

struct Embedding
{
    Tensor weight;

    Embedding(const Weights& weights, std::int64_t count, std::int64_t width);
    /// Throws Error(invalidOption) for an id outside the table.
    Tensor operator()(const Tensor& ids) const;
};

/// Sinusoids of t [B] with `width` values each, float32: sin a, cos a with a = t·10000^(−i/(h − shift)), h =
/// width/2 (Vaswani 2017, section 3.5, with the halves apart); cosines first where `flip`; one zero more for
/// an odd width.
Tensor sinusoid(const Tensor& t, std::int64_t width, bool flip, double shift);

/// linear_1, activation, linear_2; the guidance embedding of distilled models is added before linear_1.
struct TimestepEmbedding
{
    Linear linear1;
    Linear linear2;
    std::optional<Linear> condition;
    Activation activation;
    std::optional<Activation> last;

    struct Shape
    {
        std::int64_t inputs;
        std::int64_t outputs;
        Activation activation = Activation::silu;
        std::optional<Activation> last{};
        std::int64_t conditionInputs = 0;  ///< 0: none
    };
    TimestepEmbedding(const Weights& weights, const Shape& shape);
    Tensor operator()(const Tensor& x, const Tensor& guidance = {}) const;
};

/// softmax(q·kᵀ·scale + bias)·v for q [B, heads, N, d], k and v [B, heads, M, d], bias [B, 1, 1, M] or
/// undefined. In slices of q where the whole matrix would be large; the result does not depend on them.
Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v, double scale, const Tensor& bias,
              const Evaluation& evaluation);

/// [B, N, heads·d] to [B, heads, N, d], and back.
Tensor splitHeads(const Tensor& x, std::int64_t heads);
Tensor joinHeads(const Tensor& x);

/// Twice as large, or of the given size, by the nearest pixel.
Tensor upsampleNearest(const Tensor& x, torch::IntArrayRef size = {});

}  // namespace diffuscope::model::diffusers
