// SPDX-License-Identifier: GPL-3.0-or-later
// A U-Net as LibTorch computes it, operator by operator, in channels-last order: what the plan is measured
// against.
#pragma once

#include "core/model/unet/unet.h"

#include <string>

namespace diffuscope::bench {

class PlainNetwork
{
public:
    explicit PlainNetwork(model::UNet net) : m_net(std::move(net)), m_weights(m_net->named_parameters()) {}

    /// As UNetImpl::forward.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t,
                          const torch::Tensor& classIds) const;

private:
    torch::Tensor linear(const std::string& name, const torch::Tensor& x) const;
    torch::Tensor convolution(const std::string& name, const torch::Tensor& x, int stride = 1) const;
    torch::Tensor groupNorm(const std::string& name, const torch::Tensor& x) const;
    torch::Tensor block(const std::string& name, const torch::Tensor& x,
                        const torch::Tensor& embedding) const;
    torch::Tensor attention(const std::string& name, const torch::Tensor& x) const;
    torch::Tensor stage(const std::string& name, const torch::Tensor& x,
                        const torch::Tensor& embedding) const;

    model::UNet m_net;
    torch::OrderedDict<std::string, torch::Tensor> m_weights;
};

}  // namespace diffuscope::bench
