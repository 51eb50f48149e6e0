// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/plain_network.h"

#include <cmath>
#include <vector>

namespace diffuscope::bench {

using torch::Tensor;

Tensor PlainNetwork::linear(const std::string& name, const Tensor& x) const
{
    return at::linear(x, m_weights[name + ".weight"], m_weights[name + ".bias"]);
}

Tensor PlainNetwork::convolution(const std::string& name, const Tensor& x, int stride) const
{
    const Tensor& weight = m_weights[name + ".weight"];
    return at::conv2d(x, weight, m_weights[name + ".bias"], stride, weight.size(2) / 2);
}

Tensor PlainNetwork::groupNorm(const std::string& name, const Tensor& x) const
{
    return at::group_norm(x, m_net->config().normalizationGroups, m_weights[name + ".weight"],
                          m_weights[name + ".bias"]);
}

Tensor PlainNetwork::block(const std::string& name, const Tensor& x, const Tensor& embedding) const
{
    const Tensor first = convolution(name + ".conv1", at::silu(groupNorm(name + ".norm1", x)));
    const auto parts = linear(name + ".modulation", embedding).unsqueeze(-1).unsqueeze(-1).chunk(2, 1);
    const Tensor modulated = groupNorm(name + ".norm2", first) * (1 + parts[0]) + parts[1];
    const Tensor second = convolution(name + ".conv2", at::silu(modulated));
    return (m_weights.contains(name + ".skip.weight") ? convolution(name + ".skip", x) : x) + second;
}

Tensor PlainNetwork::attention(const std::string& name, const Tensor& x) const
{
    const int64_t batch = x.size(0), heads = m_net->config().attentionHeads, width = x.size(1) / heads;
    const auto parts = convolution(name + ".query_key_value", groupNorm(name + ".norm", x))
                           .flatten(2)
                           .view({batch, 3, heads, width, -1})
                           .unbind(1);
    const double scale = 1 / std::sqrt(static_cast<double>(width));
    const Tensor weights = at::softmax(at::matmul(parts[0].transpose(2, 3) * scale, parts[1]), -1);
    const Tensor mixed = at::matmul(parts[2], weights.transpose(2, 3)).reshape(x.sizes());
    return x + convolution(name + ".projection", mixed);
}

Tensor PlainNetwork::stage(const std::string& name, const Tensor& x, const Tensor& embedding) const
{
    const Tensor h = block(name + ".block", x, embedding);
    return m_weights.contains(name + ".attention.norm.weight") ? attention(name + ".attention", h) : h;
}

Tensor PlainNetwork::forward(const Tensor& x, const Tensor& t, const Tensor& classIds) const
{
    const model::UNetConfig& config = m_net->config();
    const Tensor hidden = at::silu(linear("time1", model::sinusoidalEmbedding(t, config.embeddingWidth)));
    const Tensor embedding =
        at::silu(linear("time2", hidden) + at::embedding(m_weights["class_embedding.weight"], classIds));
    const Tensor pixels = at::pixel_unshuffle(x, config.patch).contiguous(at::MemoryFormat::ChannelsLast);
    Tensor h = convolution("stem", pixels);
    std::vector<Tensor> skips;
    const int levels = static_cast<int>(config.multipliers.size());
    const auto number = [](const char* way, int level) { return way + std::to_string(level); };
    for (int level = 0; level < levels; ++level) {
        if (level > 0)
            h = convolution(number("down", level - 1) + "_halve", h, 2);
        for (int block = 0; block < config.blocksPerLevel; ++block) {
            h = stage(number("down", level) + number("_", block), h, embedding);
            skips.push_back(h);
        }
    }
    h = stage("middle1", stage("middle0", h, embedding), embedding);
    for (int level = levels - 1; level >= 0; --level) {
        for (int block = 0; block < config.blocksPerLevel; ++block) {
            h = stage(number("up", level) + number("_", block), at::cat({h, skips.back()}, 1), embedding);
            skips.pop_back();
        }
        if (level > 0) {
            const Tensor& finer = skips.back();
            h = convolution(number("up", level) + "_double",
                            at::upsample_nearest2d(h, {finer.size(2), finer.size(3)}));
        }
    }
    h = convolution("output", at::silu(groupNorm("output_norm", h)));
    return at::pixel_shuffle(h, config.patch).contiguous();
}

}  // namespace diffuscope::bench
