// SPDX-License-Identifier: GPL-3.0-or-later
// The diffusion transformer as a model: what the seam needs of it.
#pragma once

#include "core/model/dit/dit.h"
#include "core/model/model.h"

namespace diffuscope::model {

class DitModel final : public Model
{
public:
    /// `net` has the card's architecture.
    DitModel(ModelCard card, Dit net);

    void to(const torch::Device& device) override { m_net->to(device); }
    torch::Device device() const override { return m_net->parameters().front().device(); }
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                          const std::stop_token& stop = {}) override;
    NetworkLayout layout() const override { return layoutOf(m_net->config()); }
    torch::Tensor forwardWithout(const torch::Tensor& x, const torch::Tensor& t,
                                 const EncodedCondition& condition,
                                 const std::vector<std::string>& parts) override;
    /// Float32 only; through a plan on a processor that has kernels.
    CompiledModel compile(int threads, const std::string& precision) override;
    bool readsStep() const override { return m_net->config().readsStep; }
    torch::nn::Module* module() override { return m_net.ptr().get(); }

    Dit& net() { return m_net; }

private:
    Dit m_net;
};

}  // namespace diffuscope::model
