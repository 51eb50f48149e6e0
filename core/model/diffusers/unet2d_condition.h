// SPDX-License-Identifier: GPL-3.0-or-later
// UNet2DConditionModel and ControlNetModel: the U-Nets that read a text (Stable Diffusion 1, 2 and XL).
#pragma once

#include "core/model/diffusers/unet2d.h"

namespace diffuscope::model::diffusers {

struct ConditionConfig
{
    std::vector<std::int64_t> sampleSize;
    std::int64_t inputChannels = 4;
    std::int64_t outputChannels = 4;
    bool centersInput = false;
    bool flipsSinusoid = true;
    double frequencyShift = 0;
    std::vector<std::string> downTypes;
    std::string middleType;  ///< empty: none
    std::vector<std::string> upTypes;
    std::vector<bool> readsOnlyText;
    std::vector<std::int64_t> channels;
    std::vector<std::int64_t> layersPerBlock;
    std::int64_t downPadding = 1;
    double middleScale = 1;
    Activation activation = Activation::silu;
    std::optional<std::int64_t> groups;
    double epsilon = 1e-5;
    std::vector<std::int64_t> textWidth;                    ///< of each block
    std::vector<std::vector<std::int64_t>> transformers;    ///< layers of each transformer of each down block
    std::vector<std::vector<std::int64_t>> upTransformers;  ///< the same on the way up
    std::int64_t encoderWidth = 0;                          ///< the text is projected from this width first
    std::vector<std::int64_t> heads;                        ///< of each block
    std::vector<std::int64_t> pixelHeadWidth;               ///< of blocks with attention over pixels
    bool hasLinearProjection = false;
    ClassEmbeddingKind classEmbedding = ClassEmbeddingKind::none;
    std::int64_t classes = 0;
    std::int64_t projectionInputs = 0;
    bool concatenatesClass = false;
    bool hasTextTime = false;  ///< SDXL: the pooled text and the picture's sizes belong to the time
    std::int64_t additionTimeWidth = 0;
    bool isScaleShift = false;
    bool skipsTimeActivation = false;
    double resnetOutputScale = 1;
    TimeEmbeddingKind timeEmbedding = TimeEmbeddingKind::positional;
    std::int64_t timeWidth = 0;
    std::optional<Activation> timeActivation;      ///< of the finished embedding
    std::optional<Activation> timeLastActivation;  ///< of the embedding of time alone
    std::int64_t guidanceWidth = 0;                ///< distilled models are told their guidance
    std::int64_t inputKernel = 3;
    std::int64_t outputKernel = 3;
    // Of a ControlNet alone.
    std::int64_t pictureChannels = 3;
    std::vector<std::int64_t> pictureEmbedding;
    bool isBgr = false;
    bool poolsResiduals = false;

    /// Of the time embedding that the blocks see.
    std::int64_t blockTimeWidth() const { return concatenatesClass ? 2 * timeWidth : timeWidth; }
};

/// Throws Error(invalidFile) naming the field or block that is not understood.
ConditionConfig readConditionConfig(ConfigReader& reader, bool isControlNet);

/// What the network is told besides the sample and the time; undefined tensors where it reads none.
struct ConditionInputs
{
    Tensor text{};                        ///< [B, tokens, width] states of the text encoder
    Tensor textMask{};                    ///< [B, tokens], 1 keeps and 0 drops a token
    Tensor textBias{};                    ///< [B, tokens], added to the scores of attention; besides the mask
    Tensor labels{};                      ///< [B] classes, or [B, projectionInputs]
    Tensor textEmbeds{};                  ///< [B, width], SDXL's pooled text
    Tensor timeIds{};                     ///< [B, 6], SDXL's sizes: original, crop, target
    Tensor guidance{};                    ///< [B, guidanceWidth]
    std::vector<Tensor> downResiduals{};  ///< of a ControlNet
    Tensor middleResidual{};
};

/// What a U-Net that reads text and its ControlNet have in common: embeddings, the way down, the middle.
class ConditionTrunk
{
public:
    ConditionTrunk(const Weights& weights, const ConditionConfig& config);
    /// The embedding of time, classes and sizes.
    Tensor embed(const Tensor& t, const ConditionInputs& inputs, torch::ScalarType type) const;
    Tensor textOf(const ConditionInputs& inputs, torch::ScalarType type) const;
    Tensor textBias(const ConditionInputs& inputs, torch::ScalarType type) const;
    Tensor enter(const Tensor& x) const { return m_in(x); }
    Tensor down(Tensor x, const BlockInputs& inputs, std::vector<Tensor>& skips) const;
    Tensor middle(Tensor x, const BlockInputs& inputs) const;
    const ConditionConfig& config() const { return m_config; }

private:
    Tensor classVector(const ConditionInputs& inputs, torch::ScalarType type) const;
    Tensor timeFeatures(const Tensor& t, torch::ScalarType type) const;

    ConditionConfig m_config;
    Convolution2d m_in;
    Tensor m_frequencies;
    std::optional<TimestepEmbedding> m_time;
    std::optional<Embedding> m_classTable;
    std::optional<TimestepEmbedding> m_classTime;
    std::optional<Linear> m_classLinear;
    std::optional<TimestepEmbedding> m_addition;
    std::optional<Linear> m_textProjection;
    std::vector<DownLevel> m_down;
    std::optional<MiddleLevel> m_middle;
};

class UNet2dCondition
{
public:
    UNet2dCondition(const Weights& weights, const ConditionConfig& config);
    /// x [B, inputChannels, H, W] and t [B]; returns [B, outputChannels, H, W]. Throws Error(invalidOption)
    /// for inputs that do not fit; Cancelled.
    Tensor forward(const Tensor& x, const Tensor& t, const ConditionInputs& inputs,
                   const Evaluation& evaluation = {}) const;
    const ConditionConfig& config() const { return m_trunk.config(); }

private:
    ConditionTrunk m_trunk;
    std::vector<UpLevel> m_up;
    std::optional<GroupNorm> m_norm;
    std::optional<Convolution2d> m_out;
};

struct ControlResiduals
{
    std::vector<Tensor> down;
    Tensor middle;
};

class ControlNet
{
public:
    ControlNet(const Weights& weights, const ConditionConfig& config);
    /// `picture` [B, 3, H·k, W·k] in [0, 1]. The residuals are to be added to the U-Net's skips and middle;
    /// in guess mode they grow from a tenth to the whole from the first to the last (Zhang 2023).
    ControlResiduals forward(const Tensor& x, const Tensor& t, const Tensor& picture,
                             const ConditionInputs& inputs, double scale, bool guesses,
                             const Evaluation& evaluation = {}) const;

private:
    ConditionTrunk m_trunk;
    std::vector<Convolution2d> m_picture;  ///< silu follows each but the last
    std::vector<Convolution2d> m_downTaps;
    std::optional<Convolution2d> m_middleTap;
};

}  // namespace diffuscope::model::diffusers
