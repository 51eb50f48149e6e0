// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/dit.h"

#include "core/base/error.h"

namespace diffuscope::model::diffusers {
namespace {

constexpr std::int64_t timeFeatures = 256;
constexpr double modulatedEpsilon = 1e-6;

/// [sin, cos] of positions [N], `width` values each, in double (Vaswani 2017).
Tensor positionFeatures(const Tensor& places, std::int64_t width)
{
    const std::int64_t half = width / 2;
    const Tensor omega = at::pow(10000.0, -at::arange(half, places.options()) / double(half));
    const Tensor angle = places.unsqueeze(1) * omega.unsqueeze(0);
    return at::cat({angle.sin(), angle.cos()}, 1);
}

Tensor modulated(const Tensor& x, const Tensor& shift, const Tensor& scale)
{
    return x * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1);
}

Tensor plainNorm(const Tensor& x)
{
    return at::layer_norm(x, {x.size(-1)}, {}, {}, modulatedEpsilon);
}

}  // namespace

DitConfig readDitConfig(ConfigReader& reader)
{
    constexpr std::int64_t most = 1 << 16;
    DitConfig config;
    config.heads = reader.integer("num_attention_heads", 16, 1, 1024);
    config.headWidth = reader.integer("attention_head_dim", 72, 1, most);
    config.inputChannels = reader.integer("in_channels", 4, 1, most);
    config.outputChannels = reader.integer("out_channels", config.inputChannels, 1, most);
    config.layers = reader.integer("num_layers", 28, 1, 512);
    config.hasAttentionBias = reader.flag("attention_bias", true);
    config.sampleSize = reader.integer("sample_size", 32, 1, most);
    config.patch = reader.integer("patch_size", 2, 1, 64);
    const std::string activation = reader.text("activation_fn", "gelu-approximate");
    config.isGated = activation == "geglu";
    config.activation = activationOf(config.isGated ? "gelu" : activation, reader.where());
    config.classes = reader.integer("num_embeds_ada_norm", 1000, 1, 1'000'000);
    if (reader.text("norm_type", "ada_norm_zero") != "ada_norm_zero")
        reader.refuse("norm_type", "only \"ada_norm_zero\" is understood");
    config.hasNormWeights = reader.flag("norm_elementwise_affine", false);
    config.epsilon = reader.number("norm_eps", 1e-5);
    for (const char* key :
         {"upcast_attention", "dropout", "norm_num_groups", "double_self_attention", "only_cross_attention",
          "use_linear_projection", "num_vector_embeds", "cross_attention_dim", "attention_type"})
        reader.ignore(key);
    if (config.width() % 4 != 0)
        reader.refuse("attention_head_dim", "the width of all heads must be a multiple of 4");
    return config;
}

Dit::Dit(const Weights& weights, const DitConfig& config)
    : m_config(config),
      m_patches(weights["pos_embed"]["proj"],
                {config.inputChannels, config.width(), config.patch, config.patch, 0})
{
    const std::int64_t width = config.width();
    for (std::size_t i = 0; i < std::size_t(config.layers); ++i) {
        const Weights layer = weights["transformer_blocks"][i];
        const Weights embedder = layer["norm1"]["emb"];
        m_layers.push_back(
            {TimestepEmbedding(embedder["timestep_embedder"], {timeFeatures, width}),
             Embedding(embedder["class_embedder"]["embedding_table"], config.classes + 1, width),
             Linear(layer["norm1"]["linear"], width, 6 * width),
             TokenAttention(layer["attn1"], width, width, config.heads, config.hasAttentionBias),
             LayerNorm(layer["norm3"], width, config.epsilon, config.hasNormWeights),
             Linear(layer["ff"]["net"]["0"]["proj"], width, config.isGated ? 8 * width : 4 * width),
             Linear(layer["ff"]["net"]["2"], 4 * width, width)});
    }
    m_finalModulation.emplace(weights["proj_out_1"], width, 2 * width);
    m_out.emplace(weights["proj_out_2"], width, config.patch * config.patch * config.outputChannels);
}

Tensor Dit::embedded(const Layer& layer, const Tensor& time, const Tensor& labels) const
{
    return layer.time(time) + layer.classes(labels).to(time.scalar_type());
}

Tensor Dit::positions(std::int64_t rows, std::int64_t columns, const Tensor& like) const
{
    // A grid of another size than the trained one is scaled onto it.
    const double base = double(m_config.sampleSize / m_config.patch);
    const auto options = like.options().dtype(torch::kFloat64);
    const Tensor down = at::arange(rows, options) / (double(rows) / base);
    const Tensor across = at::arange(columns, options) / (double(columns) / base);
    const std::int64_t half = m_config.width() / 2;
    // The first half of the channels is of the column, the second of the row.
    const Tensor first = positionFeatures(across, half).unsqueeze(0).expand({rows, columns, half});
    const Tensor second = positionFeatures(down, half).unsqueeze(1).expand({rows, columns, half});
    return at::cat({first, second}, -1).reshape({1, rows * columns, 2 * half}).to(like.scalar_type());
}

Tensor Dit::forward(const Tensor& sample, const Tensor& t, const Tensor& labels,
                    const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    const auto type = sample.scalar_type();
    const std::int64_t patch = m_config.patch;
    if (sample.dim() != 4 || sample.size(1) != m_config.inputChannels || sample.size(2) % patch != 0 ||
        sample.size(3) % patch != 0)
        throw Error(ErrorCode::invalidOption,
                    "The model takes " + std::to_string(m_config.inputChannels) +
                        " channels whose height and width are multiples of " + std::to_string(patch) + ".",
                    "Choose another size.");
    if (!labels.defined())
        throw Error(ErrorCode::invalidOption, "The model is conditional on a class, and got none.",
                    "Choose a class.");
    const std::int64_t rows = sample.size(2) / patch;
    const std::int64_t columns = sample.size(3) / patch;
    Tensor x = m_patches(sample).flatten(2).transpose(1, 2);
    x = x + positions(rows, columns, x);
    const Tensor time = sinusoid(t, timeFeatures, true, 1).to(type);
    for (const auto& layer : m_layers) {
        const auto parts = layer.modulation(at::silu(embedded(layer, time, labels))).chunk(6, 1);
        const Tensor first = modulated(plainNorm(x), parts[0], parts[1]);
        x = x + parts[2].unsqueeze(1) * layer.attention(first, first, {}, evaluation);
        Tensor inner = layer.first(modulated(layer.norm3(x), parts[3], parts[4]));
        if (m_config.isGated) {
            const auto halves = inner.chunk(2, -1);
            inner = halves[0] * at::gelu(halves[1]);
        } else {
            inner = activate(m_config.activation, inner);
        }
        x = x + parts[5].unsqueeze(1) * layer.second(inner);
        evaluation.blockDone();
    }
    const auto last = (*m_finalModulation)(at::silu(embedded(m_layers.front(), time, labels))).chunk(2, 1);
    x = (*m_out)(modulated(plainNorm(x), last[0], last[1]));
    return x.view({-1, rows, columns, patch, patch, m_config.outputChannels})
        .permute({0, 5, 1, 3, 2, 4})
        .reshape({-1, m_config.outputChannels, rows * patch, columns * patch});
}

}  // namespace diffuscope::model::diffusers
