// SPDX-License-Identifier: GPL-3.0-or-later
// One level of a U-Net or of an autoencoder, on the way down, in the middle and on the way up: residual
// blocks, each with attention or without, and a change of size at the end.
#pragma once

#include "core/model/diffusers/blocks.h"

#include <variant>

namespace diffuscope::model::diffusers {

/// What follows each residual block of a level.
struct AttentionChoice
{
    enum class Kind { none, pixels, text };
    Kind kind = Kind::none;
    std::int64_t headWidth = 8;                  ///< of attention over pixels
    std::optional<std::int64_t> groups{};        ///< of its norm
    TransformerSettings transformer{};           ///< of attention over text
    std::vector<std::int64_t> layersPerBlock{};  ///< of each transformer, where they differ
};

/// How a level changes the size at its end.
enum class Resizing { none, convolution, resnet };

struct LevelSettings
{
    ResnetSettings resnet{};
    AttentionChoice attention{};
    Resizing resizing = Resizing::none;
    std::int64_t padding = 1;  ///< of the convolution that halves; 0 pads right and below by one
    int blocks = 1;
    std::string name{};  ///< e.g. "down_blocks.0", for attention maps
};

/// Attention after a residual block, of either kind or none.
using LevelAttention = std::variant<std::monostate, PixelAttention, TextTransformer>;

class DownLevel
{
public:
    DownLevel(const Weights& weights, std::int64_t inputs, std::int64_t outputs,
              const LevelSettings& settings);
    /// The state after it; each block's result, and the smaller state, go to `skips` where it is given.
    Tensor operator()(Tensor x, const BlockInputs& inputs, std::vector<Tensor>* skips = nullptr) const;

private:
    std::int64_t m_padding;
    std::vector<ResnetBlock> m_resnets;
    std::vector<LevelAttention> m_attentions;
    std::variant<std::monostate, Convolution2d, ResnetBlock> m_down;
};

class MiddleLevel
{
public:
    /// `blocks` layers of attention, each followed by a residual block, after a first residual block.
    MiddleLevel(const Weights& weights, std::int64_t channels, const LevelSettings& settings);
    Tensor operator()(Tensor x, const BlockInputs& inputs) const;

private:
    std::vector<ResnetBlock> m_resnets;
    std::vector<LevelAttention> m_attentions;
};

class UpLevel
{
public:
    /// Block j reads (j = 0 ? previous : outputs) channels and the skip's: `lower` for the last block,
    /// otherwise `outputs`. Of an autoencoder, whose blocks read no skips, `lower` is 0.
    UpLevel(const Weights& weights, std::int64_t previous, std::int64_t outputs, std::int64_t lower,
            const LevelSettings& settings);
    /// Takes its skips from the end of `skips`. `size` is what the state becomes; empty: twice as large.
    Tensor operator()(Tensor x, std::vector<Tensor>* skips, const BlockInputs& inputs,
                      torch::IntArrayRef size = {}) const;
    std::size_t blocks() const { return m_resnets.size(); }
    bool isUpsampling() const { return !std::holds_alternative<std::monostate>(m_up); }

private:
    std::vector<ResnetBlock> m_resnets;
    std::vector<LevelAttention> m_attentions;
    std::variant<std::monostate, Convolution2d, ResnetBlock> m_up;
};

}  // namespace diffuscope::model::diffusers
