// SPDX-License-Identifier: GPL-3.0-or-later
// VAE and GAN as models, so that recipes, the window and the command line ask them as they ask a denoiser.
#pragma once

#include "core/model/model.h"
#include "core/model/network_kinds.h"
#include "core/model/rivals/rivals.h"

namespace diffuscope::model {

/// Predicts x0 from pure noise, whose first numbers are the latents: one step is all there is to it. At a
/// level with signal it takes the state's first numbers as latents all the same, and makes another picture of
/// them.
class RivalModel final : public Model
{
public:
    /// `generator` has the card's architecture.
    RivalModel(ModelCard card, Generator generator);

    void to(const torch::Device& device) override { m_generator->to(device); }
    torch::Device device() const override { return m_generator->parameters().front().device(); }
    /// Without a class, the noise chooses one.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                          const std::stop_token& stop = {}) override;
    torch::nn::Module* module() override { return m_generator.ptr().get(); }

    Generator& generator() { return m_generator; }

private:
    RivalConfig m_config;
    Generator m_generator;
};

NetworkKind vaeKind();
NetworkKind ganKind();

/// The config in a card of these kinds. Throws Error(invalidFile).
RivalConfig rivalConfig(const ModelCard& card);

/// Writes into the card what follows from the config: network, architecture, space, parameterCount (of the
/// generator, which is all that a model folder holds).
void describeRival(ModelCard& card, const RivalConfig& config);

}  // namespace diffuscope::model
