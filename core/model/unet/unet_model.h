// SPDX-License-Identifier: GPL-3.0-or-later
// The U-Net as a model: what the seam needs of it.
#pragma once

#include "core/model/model.h"
#include "core/model/text/vocabulary.h"
#include "core/model/unet/unet.h"

namespace diffuscope::model {

class UNetModel final : public Model
{
public:
    /// `net` has the card's architecture.
    UNetModel(ModelCard card, UNet net);

    void to(const torch::Device& device) override { m_net->to(device); }
    torch::Device device() const override { return m_net->parameters().front().device(); }
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                          const std::stop_token& stop = {}) override;
    torch::Tensor forwardWithAttention(const torch::Tensor& x, const torch::Tensor& t,
                                       const EncodedCondition& condition,
                                       std::vector<CrossAttentionMap>& maps) override;
    NetworkLayout layout() const override { return layoutOf(m_net->config()); }
    torch::Tensor forwardWithout(const torch::Tensor& x, const torch::Tensor& t,
                                 const EncodedCondition& condition,
                                 const std::vector<std::string>& parts) override;
    /// Throws Error(invalidOption) as well for words that are not in the card's vocabulary.
    EncodedText encode(const std::string& text) override;
    CompiledModel compile(int threads, const std::string& precision) override;
    torch::nn::Module* module() override { return m_net.ptr().get(); }

    UNet& net() { return m_net; }

private:
    UNet m_net;
    Vocabulary m_vocabulary;
};

}  // namespace diffuscope::model
