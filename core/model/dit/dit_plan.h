// SPDX-License-Identifier: GPL-3.0-or-later
// A diffusion transformer compiled for this processor: packed matrices and one workspace, without tensors.
// The modules are its definition (core/model/dit/dit.h). No torch in here.
#pragma once

#include "core/inference/packed_matrix.h"
#include "core/inference/token_kernels.h"
#include "core/model/dit/dit_config.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace diffuscope::model {

/// y = x · weights + bias, the weights [inputs, outputs] row by row.
struct PlainLinear
{
    int inputs = 0, outputs = 0;
    std::vector<float> weights;
    std::vector<float> bias;
};

/// All weights of a transformer.
struct DitWeights
{
    DitConfig config;
    PlainLinear time1, time2, step1, step2;  ///< the latter two where it reads the step
    std::vector<float> classes;              ///< [classes + 1, width]
    PlainLinear patches;
    std::vector<float> places;  ///< [tokens, width]
    struct Block
    {
        PlainLinear modulation, queryKeyValue, projection, hidden, output;
    };
    std::vector<Block> blocks;
    PlainLinear outputModulation, output;
};

/// Immutable but for a cache of conditions: threads share one plan, each with a workspace of its own.
///
/// An image's numbers depend on that image, its time, its class and its step alone: not on how many are
/// computed at once, nor on which thread does it.
class DitPlan
{
public:
    /// Whether this processor has kernels, and the width of a head fits them.
    static bool isPossible(const DitConfig& config);
    explicit DitPlan(const DitWeights& weights);

    /// What an image is asked with.
    struct Question
    {
        float t = 0.0f;
        std::int64_t classId = 0;
        float step = 0.0f;
        auto operator<=>(const Question&) const = default;
    };

    /// The numbers of one thread.
    class Workspace
    {
    public:
        explicit Workspace(const DitPlan& plan);

    private:
        friend class DitPlan;
        std::vector<float> m_patches, m_tokens, m_normal, m_wide, m_branch, m_weights, m_scratch, m_moments;
    };

    static constexpr int imagesAtOnce = 4;
    const DitConfig& config() const { return m_config; }
    std::size_t valuesPerImage() const;

    /// x, y [count, C, H, W], count <= imagesAtOnce.
    void run(Workspace& workspace, const float* x, const Question* questions, int count, float* y) const;

private:
    struct Layer
    {
        inference::PackedMatrix matrix;
        std::vector<float> bias;
    };
    struct Block
    {
        Layer queryKeyValue, projection, hidden, output;
    };
    using Modulation = std::vector<float>;  ///< [6·layers + 2, width]

    static Layer pack(const PlainLinear& linear);
    static void multiply(const Layer& layer, const float* rows, int rowWidth, int rowCount, float* result,
                         int resultWidth);
    std::shared_ptr<const Modulation> modulationOf(const Question& question) const;
    Modulation computeModulation(const Question& question) const;
    void readPatches(const float* image, float* patches) const;
    void writePatches(const float* patches, float* image) const;
    void runBlock(const Block& block, std::size_t index, Workspace& workspace,
                  const std::vector<std::shared_ptr<const Modulation>>& modulations) const;
    std::ptrdiff_t imageTokens() const { return std::ptrdiff_t(m_config.tokens()) * m_config.width; }

    DitConfig m_config;
    Layer m_patches;
    std::vector<float> m_places;
    std::vector<Block> m_blocks;
    Layer m_output;
    std::vector<float> m_classes;
    PlainLinear m_time1, m_time2, m_step1, m_step2;
    std::vector<PlainLinear> m_modulations;  ///< of each block, then of the output

    mutable std::mutex m_mutex;
    mutable std::map<Question, std::shared_ptr<const Modulation>> m_known;
};

}  // namespace diffuscope::model
