// SPDX-License-Identifier: GPL-3.0-or-later
// What one evaluation of a large network carries along: how to stop it, whom to tell how far it is, and where
// to put attention maps.
#pragma once

#include "core/base/error.h"

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace diffuscope::model::diffusers {

/// Where a layer of cross-attention looked: [B, heads, positions, tokens].
struct AttentionMap
{
    std::string layer;
    std::int64_t height = 0;
    std::int64_t width = 0;
    torch::Tensor weights;
};

class Evaluation
{
public:
    Evaluation() = default;
    explicit Evaluation(std::stop_token stop) : m_stop(std::move(stop)) {}

    /// Called by every block with the number of blocks done so far.
    std::function<void(int blocks)> onProgress{};
    /// Cross-attention is recorded where this is set: only when it is asked for, since it is large.
    std::vector<AttentionMap>* maps = nullptr;
    /// Bytes of one attention matrix above which it is computed in slices.
    std::int64_t attentionBytes = std::int64_t(128) << 20;

    /// Between two pieces of work: throws Cancelled where the evaluation was stopped.
    void check() const
    {
        if (m_stop.stop_requested())
            throw Cancelled();
    }
    /// After a block.
    void blockDone() const
    {
        check();
        ++m_blocks;
        if (onProgress)
            onProgress(m_blocks);
    }

private:
    std::stop_token m_stop{};
    mutable int m_blocks = 0;
};

}  // namespace diffuscope::model::diffusers
