// SPDX-License-Identifier: GPL-3.0-or-later
// Where a text-conditional network looked for each word: the weights of its cross-attention in one step.
#pragma once

#include "core/record/compact_values.h"

#include <cstddef>
#include <string>
#include <vector>

namespace diffuscope::record {

/// One cross-attention layer, the mean over its heads.
struct AttentionLayer
{
    std::string name;  ///< as in the network: "down0_1", "middle0"
    int height = 0;    ///< of its grid of positions
    int width = 0;
    /// [batch, height, width, tokens]: what share of a position's attention goes to each token; they sum
    /// to 1.
    CompactValues weights;
};

/// The cross-attention of every layer to every token of the prompt, for the conditional prediction.
struct TextAttention
{
    int batch = 0;
    /// The prompt's words as they were read, with "" before each prompt's first (the token that stands for
    /// its beginning). Of a blend of two prompts the second's words follow the first's.
    std::vector<std::string> tokens{};
    std::vector<AttentionLayer> layers{};  ///< in the order of evaluation

    bool empty() const { return layers.empty(); }
    std::size_t bytes() const;
    /// The share of `token` at each place of image k in one layer, [layer.height, layer.width].
    std::vector<float> map(std::size_t layer, int k, std::size_t token) const;
    /// The mean over all layers, each enlarged to its nearest positions on [height, width].
    std::vector<float> meanMap(int k, std::size_t token, int height, int width) const;
    /// The mean share of each token in image k, over the places of a layer and then over all layers:
    /// [tokens].
    std::vector<float> shares(int k) const;
};

}  // namespace diffuscope::record
