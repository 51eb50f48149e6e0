// SPDX-License-Identifier: GPL-3.0-or-later
// UNet2DModel: the unconditional or class-conditional U-Net of the diffusers layout (google/ddpm-*, latent
// diffusion without text, tutorial models).
#pragma once

#include "core/model/diffusers/config_reader.h"
#include "core/model/diffusers/levels.h"

namespace diffuscope::model::diffusers {

enum class TimeEmbeddingKind { positional, fourier, learned };
enum class ClassEmbeddingKind { none, table, timestep, identity, projection, simpleProjection };

struct UNet2dConfig
{
    std::vector<std::int64_t> sampleSize;  ///< height and width; empty where the configuration is silent
    std::int64_t inputChannels = 3;
    std::int64_t outputChannels = 3;
    bool centersInput = false;
    TimeEmbeddingKind timeEmbedding = TimeEmbeddingKind::positional;
    std::int64_t timeWidth = 0;
    double frequencyShift = 0;
    bool flipsSinusoid = true;
    std::vector<std::string> downTypes;
    bool hasMiddle = true;
    std::vector<std::string> upTypes;
    std::vector<std::int64_t> channels;
    std::int64_t layersPerBlock = 2;
    double middleScale = 1;
    std::int64_t downPadding = 1;
    Resizing downResizing = Resizing::convolution;
    Resizing upResizing = Resizing::convolution;
    Activation activation = Activation::silu;
    std::optional<std::int64_t> headWidth;  ///< absent: one head over all channels
    std::int64_t groups = 32;
    std::optional<std::int64_t> attentionGroups;
    double epsilon = 1e-5;
    bool isScaleShift = false;
    bool hasMiddleAttention = true;
    ClassEmbeddingKind classEmbedding = ClassEmbeddingKind::none;
    std::int64_t classes = 0;
    std::int64_t trainedTimes = 0;  ///< of a learned table of times
    std::vector<std::string> notices;

    /// H and W must be multiples of it.
    std::int64_t sizeMultiple() const { return std::int64_t(1) << (channels.size() - 1); }
    /// The first half of its outputs is the prediction, the second the variance.
    bool learnsVariance() const { return outputChannels == 2 * inputChannels; }
};

/// Throws Error(invalidFile) naming the field or block that is not understood.
UNet2dConfig readUNet2dConfig(ConfigReader& reader);

class UNet2d
{
public:
    UNet2d(const Weights& weights, const UNet2dConfig& config);

    /// x [B, C, H, W]; t [B], training times, or sigmas where the times are embedded by Fourier features;
    /// labels [B]: int64 classes, or [B, timeWidth] vectors for the kind `identity`; undefined for a network
    /// without classes. Returns [B, outputChannels, H, W]. Throws Error(invalidOption) for inputs that do not
    /// fit; Cancelled.
    Tensor forward(const Tensor& x, const Tensor& t, const Tensor& labels,
                   const Evaluation& evaluation = {}) const;
    const UNet2dConfig& config() const { return m_config; }

private:
    Tensor embedTime(const Tensor& t, torch::ScalarType type) const;
    Tensor embedLabels(const Tensor& labels, torch::ScalarType type) const;

    UNet2dConfig m_config;
    Convolution2d m_in;
    Tensor m_timeTable;  ///< frequencies, or one row for each learned time
    std::optional<TimestepEmbedding> m_time;
    std::optional<Embedding> m_classTable;
    std::optional<TimestepEmbedding> m_classTime;
    std::vector<DownLevel> m_down;
    std::optional<MiddleLevel> m_middle;
    std::vector<UpLevel> m_up;
    std::optional<GroupNorm> m_norm;
    std::optional<Convolution2d> m_out;
};

/// Frequencies of Fourier features: [sin, cos] of 2π·w·x, or [cos, sin] where `flip`.
Tensor fourierFeatures(const Tensor& x, const Tensor& frequencies, bool flip);

}  // namespace diffuscope::model::diffusers
