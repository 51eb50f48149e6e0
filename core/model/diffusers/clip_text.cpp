// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/clip_text.h"

#include "core/base/error.h"

#include <limits>

namespace diffuscope::model::diffusers {

ClipTextConfig readClipTextConfig(ConfigReader& whole)
{
    constexpr std::int64_t most = 1 << 24;
    const auto& architectures = whole.raw("architectures");
    const bool projects = architectures.is_array() && !architectures.empty() &&
                          architectures[0] == nlohmann::json("CLIPTextModelWithProjection");
    ConfigReader nested(whole.raw("text_config").is_object() ? whole.raw("text_config") : whole.object(),
                        whole.where());
    ClipTextConfig config;
    config.hasProjection = projects;
    config.vocabulary = nested.integer("vocab_size", 49408, 1, most);
    config.width = nested.integer("hidden_size", 512, 1, 1 << 16);
    config.innerWidth = nested.integer("intermediate_size", 2048, 1, 1 << 18);
    config.layers = nested.integer("num_hidden_layers", 12, 1, 256);
    config.heads = nested.integer("num_attention_heads", 8, 1, 1024);
    if (config.width % config.heads != 0)
        nested.refuse("num_attention_heads", "a divisor of hidden_size is needed");
    config.positions = nested.integer("max_position_embeddings", 77, 1, 1 << 16);
    config.activation = activationOf(nested.text("hidden_act", "quick_gelu"), whole.where());
    config.epsilon = nested.number("layer_norm_eps", 1e-5);
    config.projection = nested.integer("projection_dim", 512, 1, 1 << 16);
    config.endToken = nested.integer("eos_token_id", 49407, 0, most);
    config.usesMask = nested.flag("use_attention_mask", false);
    return config;
}

ClipText::ClipText(const Weights& weights, const ClipTextConfig& config)
    : m_config(config),
      m_tokens(weights["text_model"]["embeddings"]["token_embedding"], config.vocabulary, config.width),
      m_positions(weights["text_model"]["embeddings"]["position_embedding"], config.positions, config.width)
{
    const Weights model = weights["text_model"];
    for (std::size_t i = 0; i < std::size_t(config.layers); ++i) {
        const Weights layer = model["encoder"]["layers"][i];
        const Weights attention = layer["self_attn"];
        m_layers.push_back({LayerNorm(layer["layer_norm1"], config.width, config.epsilon),
                            Linear(attention["q_proj"], config.width, config.width),
                            Linear(attention["k_proj"], config.width, config.width),
                            Linear(attention["v_proj"], config.width, config.width),
                            Linear(attention["out_proj"], config.width, config.width),
                            LayerNorm(layer["layer_norm2"], config.width, config.epsilon),
                            Linear(layer["mlp"]["fc1"], config.width, config.innerWidth),
                            Linear(layer["mlp"]["fc2"], config.innerWidth, config.width)});
    }
    m_finalNorm.emplace(model["final_layer_norm"], config.width, config.epsilon);
    if (config.hasProjection)
        m_projection.emplace(weights["text_projection"], config.width, config.projection, false);
}

Tensor ClipText::pool(const Tensor& states, const Tensor& ids) const
{
    // Old configurations name token 2 as the end; the pooled state is then that of the largest id.
    constexpr std::int64_t oldEnd = 2;
    const Tensor position =
        m_config.endToken == oldEnd ? ids.argmax(1) : ids.eq(m_config.endToken).to(torch::kInt32).argmax(1);
    return states.gather(1, position.view({-1, 1, 1}).expand({states.size(0), 1, states.size(2)})).squeeze(1);
}

TextStates ClipText::forward(const Tensor& ids, const Tensor& mask, torch::ScalarType type,
                             const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    const std::int64_t length = ids.size(1);
    if (length > m_config.positions)
        throw Error(ErrorCode::invalidOption,
                    "The text encoder reads at most " + std::to_string(m_config.positions) + " tokens.",
                    "Shorten the text.");
    const Tensor places = at::arange(length, ids.options());
    Tensor x = m_tokens(ids).to(type) + m_positions(places).to(type);
    // No token sees a later one.
    constexpr double never = -std::numeric_limits<float>::infinity();
    Tensor bias = at::full({length, length}, never, x.options()).triu(1).view({1, 1, length, length});
    if (mask.defined() && m_config.usesMask)
        bias = bias + at::zeros({mask.size(0), 1, 1, length}, x.options())
                          .masked_fill(mask.eq(0).view({mask.size(0), 1, 1, length}), never);
    const double scale = 1 / std::sqrt(double(m_config.width / m_config.heads));

    TextStates states;
    states.hidden.push_back(x);
    for (const auto& layer : m_layers) {
        const Tensor first = layer.norm1(x);
        const Tensor q = splitHeads(layer.query(first), m_config.heads);
        const Tensor k = splitHeads(layer.key(first), m_config.heads);
        const Tensor v = splitHeads(layer.value(first), m_config.heads);
        const Tensor scores = at::matmul(q, k.transpose(-1, -2)) * scale + bias;
        x = x + layer.output(joinHeads(at::matmul(scores.softmax(-1), v)));
        x = x + layer.second(activate(m_config.activation, layer.first(layer.norm2(x))));
        states.hidden.push_back(x);
        evaluation.blockDone();
    }
    states.last = (*m_finalNorm)(x);
    states.pooled = pool(states.last, ids);
    if (m_projection)
        states.projected = (*m_projection)(states.pooled);
    return states;
}

Tensor ClipText::skipping(const TextStates& states, std::size_t layers) const
{
    if (layers + 1 >= states.hidden.size())
        throw Error(ErrorCode::invalidOption, "The text encoder has fewer layers than are to be skipped.",
                    "Skip fewer.");
    return (*m_finalNorm)(states.hidden[states.hidden.size() - 1 - layers]);
}

}  // namespace diffuscope::model::diffusers
