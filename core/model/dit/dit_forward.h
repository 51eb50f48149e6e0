// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluates a diffusion transformer as fast as this machine can: through a plan, on several threads, each
// with images of its own.
#pragma once

#include "core/inference/thread_crew.h"
#include "core/model/dit/dit.h"
#include "core/model/dit/dit_plan.h"

#include <memory>
#include <stop_token>
#include <vector>

namespace diffuscope::model {

/// The module's weights, as a plan takes them. It must be on the processor.
DitWeights weightsOf(const DitImpl& net);

class DitForward
{
public:
    /// Copies the weights into a plan where there can be one. `threads` 0: one a processor core. One thread
    /// uses one DitForward.
    DitForward(Dit net, int threads);

    /// As DitImpl::forward, without gradients. Through a plan, an image's result depends neither on the rest
    /// of the batch nor on the number of threads, to the last bit. Throws Cancelled where `stop` is set
    /// before the last image.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                          const torch::Tensor& step = {}, const std::stop_token& stop = {});

    bool hasPlan() const { return m_plan != nullptr; }

private:
    torch::Tensor throughPlan(const torch::Tensor& x, const std::vector<DitPlan::Question>& questions,
                              const std::stop_token& stop);

    Dit m_net;
    std::unique_ptr<const DitPlan> m_plan;
    inference::ThreadCrew m_crew;
    std::vector<DitPlan::Workspace> m_workspaces;  ///< by thread
};

}  // namespace diffuscope::model
