// SPDX-License-Identifier: GPL-3.0-or-later
// The loops over a transformer's tokens, forward and backward, in float32: what lies between the matrix
// products of a diffusion transformer, and its attention. No torch in here.
#pragma once

#include <cstdint>

namespace diffuscope::inference::kernels {

/// Tokens [count, width] of one image, without gaps.
struct TokenShape
{
    std::int64_t count = 0;
    std::int64_t width = 0;
};

/// y = layerNorm(x) · (1 + scale[width]) + shift[width], epsilon 1e-6. Writes each token's mean and inverse
/// standard deviation to moments [count, 2].
void normalizeTokens(const float* x, const float* scale, const float* shift, TokenShape shape, float* y,
                     float* moments);

/// Its gradients: dx, and sums over the tokens that are added to dScale and dShift [width].
void normalizeTokensGradient(const float* x, const float* dy, const float* scale, const float* moments,
                             TokenShape shape, float* dx, float* dScale, float* dShift);

/// y = x + gate[width] · branch.
void addGated(const float* x, const float* branch, const float* gate, TokenShape shape, float* y);

/// x += gate[width] · branch.
void addGatedInPlace(float* x, const float* branch, const float* gate, TokenShape shape);

/// dBranch = gate · dy; adds the sum over the tokens of branch · dy to dGate [width].
void addGatedGradient(const float* branch, const float* dy, const float* gate, TokenShape shape,
                      float* dBranch, float* dGate);

/// GELU in the form with tanh (Hendrycks & Gimpel 2016, section 2), and its gradient.
void gelu(const float* x, std::int64_t count, float* y);
void geluInPlace(float* x, std::int64_t count);
void geluGradient(const float* x, const float* dy, std::int64_t count, float* dx);

/// Attention of an image's tokens to each other. Queries, keys and values lie side by side in rows of
/// 3 · heads · headWidth values.
struct AttentionShape
{
    std::int64_t tokens = 0;
    std::int64_t heads = 0;
    std::int64_t headWidth = 0;  ///< a multiple of 16

    std::int64_t width() const { return heads * headWidth; }
    std::int64_t paddedTokens() const { return (tokens + 15) / 16 * 16; }
    /// Of the weights [heads, tokens, paddedTokens], whose padding is 0.
    std::int64_t weightValues() const { return heads * tokens * paddedTokens(); }
    /// Of the scratch memory of both functions.
    std::int64_t scratchValues() const { return (tokens + headWidth) * paddedTokens(); }
};

/// weights = softmax(q kᵀ/√headWidth), result [tokens, width] = weights · values.
void attendTokens(const float* queryKeyValue, AttentionShape shape, float* weights, float* scratch,
                  float* result);

/// The gradient [tokens, 3 · width] for that of the result.
void attendTokensGradient(const float* queryKeyValue, const float* weights, const float* dResult,
                          AttentionShape shape, float* scratch, float* gradient);

}  // namespace diffuscope::inference::kernels
