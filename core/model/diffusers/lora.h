// SPDX-License-Identifier: GPL-3.0-or-later
// LoRA files in their four spellings: small products of matrices that are added to weights.
#pragma once

#include "core/model/diffusers/weights.h"

#include <map>
#include <string>

namespace diffuscope::model::diffusers {

/// One module's update: W + scale·(alpha/rank)·up·down.
struct LoraUpdate
{
    Tensor down;  ///< [rank, inputs] or [rank, inputs, k, k]
    Tensor up;    ///< [outputs, rank] or [outputs, rank, 1, 1]
    double alpha = 0;

    double rank() const { return double(down.size(0)); }
    /// (alpha/rank)·up·down, [outputs, inputs] or [outputs, inputs, k, k], in float32.
    Tensor difference() const;
};

struct LoraFile
{
    std::map<std::string, LoraUpdate> unet;         ///< by module, e.g. "down_blocks.0.….to_q"
    std::map<std::string, LoraUpdate> textEncoder;  ///< e.g. "text_model.encoder.layers.0.self_attn.q_proj"
    std::map<std::string, LoraUpdate> textEncoder2;
};

/// The names of the modules that may be updated, of each part; kohya's names can be told apart by them alone.
struct LoraTargets
{
    std::vector<std::string> unet;
    std::vector<std::string> textEncoder;
    std::vector<std::string> textEncoder2;
};

/// Reads peft's lora_A/lora_B, diffusers' lora.down/up and lora_linear_layer.down/up,
/// processor.to_q_lora.down/up, and kohya's lora_unet_…/lora_te_… with alpha. Throws Error(invalidFile) for
/// tensors of none of them, and for modules that the model does not have.
LoraFile readLora(const std::string& path, const LoraTargets& targets);

/// The modules with a weight of two or four sizes, from the names that a network asks for.
std::vector<std::string> loraModules(const std::vector<ExpectedTensor>& tensors);

/// Passes tensors on with the updates added. A weight keeps its type.
class LoraSource final : public WeightSource
{
public:
    LoraSource(WeightSource& inner, const std::map<std::string, LoraUpdate>& updates, double scale)
        : m_inner(inner), m_updates(updates), m_scale(scale)
    {
    }
    /// Throws Error(invalidFile) where an update has another shape than its weight.
    Tensor take(const std::string& name, const std::vector<std::int64_t>& shape) override;

private:
    WeightSource& m_inner;
    const std::map<std::string, LoraUpdate>& m_updates;
    double m_scale;
};

}  // namespace diffuscope::model::diffusers
