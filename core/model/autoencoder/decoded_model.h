// SPDX-License-Identifier: GPL-3.0-or-later
// A model of latents together with the decoder that its folder holds.
#pragma once

#include "core/model/model.h"

#include <memory>

namespace diffuscope::model {

/// Everything as `latents` has it, and a decoder.
class DecodedModel final : public Model
{
public:
    DecodedModel(std::unique_ptr<Model> latents, std::unique_ptr<Decoder> decoder);

    void to(const torch::Device& device) override { m_latents->to(device); }
    torch::Device device() const override { return m_latents->device(); }
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                          const std::stop_token& stop = {}) override
    {
        return m_latents->forward(x, t, condition, stop);
    }
    EncodedText encode(const std::string& text) override { return m_latents->encode(text); }
    torch::Tensor forwardWithAttention(const torch::Tensor& x, const torch::Tensor& t,
                                       const EncodedCondition& condition,
                                       std::vector<CrossAttentionMap>& maps) override
    {
        return m_latents->forwardWithAttention(x, t, condition, maps);
    }
    const Decoder* decoder() const override { return m_decoder.get(); }
    CompiledModel compile(int threads, const std::string& precision) override
    {
        return m_latents->compile(threads, precision);
    }
    bool readsStep() const override { return m_latents->readsStep(); }
    torch::nn::Module* module() override { return m_latents->module(); }

private:
    std::unique_ptr<Model> m_latents;
    std::unique_ptr<Decoder> m_decoder;
};

}  // namespace diffuscope::model
