// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluates a U-Net as fast as this machine can: through an inference plan where there is one, on several
// threads, each with images of its own, or all together on the same few.
#pragma once

#include "core/inference/cooperation.h"
#include "core/inference/thread_crew.h"
#include "core/model/model.h"
#include "core/model/unet/plan_builder.h"
#include "core/model/unet/unet.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace diffuscope::model {

/// LibTorch's own threads meet at every layer, and wait there in a busy loop: beside another busy program
/// that is many times slower than one thread. These meet once an evaluation. The thread that calls must have
/// one intra-op thread itself (setUpComputeThreads(1)); one thread uses one ParallelForward. On a GPU
/// everything stays on the caller's.
class ParallelForward final : public FastForward
{
public:
    /// Copies the weights into a plan of the network's present precision. `threads` 0: one a processor core.
    ParallelForward(UNet net, int threads);
    /// With the network's plan, or the reason for having none, that were made already.
    ParallelForward(UNet net, int threads, model::PlanOrReason made);

    /// As UNetImpl::forward, without gradients. Through a plan, an image's result does not depend on the rest
    /// of the batch nor on the number of threads, to the last bit; and `stop` is looked at every few images:
    /// throws Cancelled where it is set before the last of them.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                          const std::stop_token& stop = {});
    /// The same of a network with text: `text` has a prompt for each of the B images.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                          const TextContext& text, const std::stop_token& stop = {});

    /// The seam's: as the two above.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                          const std::stop_token& stop) override
    {
        return forward(x, t, condition.classIds, condition.text, stop);
    }
    /// Without a plan it depends, in the last bits, on how the batch is cut.
    bool hasIndependentSamples() const override { return m_plan != nullptr; }

    std::string description(bool isTimed) const override;

    /// The plan; null where the modules are asked one by one, and then why.
    const inference::InferencePlan* plan() const { return m_plan.get(); }
    const std::string& reasonForNoPlan() const { return m_reason; }

private:
    torch::Tensor throughPlan(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                              const TextContext& text, const std::stop_token& stop);
    std::vector<std::shared_ptr<const inference::PromptKeys>> promptsOf(const TextContext& text);
    /// The images begin … end − 1 of a batch.
    using Section = std::function<inference::InferencePlan::Images(int64_t begin, int64_t end)>;
    /// Whether so few images are done sooner by all threads together than by each for itself.
    bool isForAllTogether(int64_t batch) const;
    void runApart(const Section& section, int64_t batch, const std::stop_token& stop);
    /// False, with nothing done, where the threads cannot begin at once.
    bool runTogether(const inference::InferencePlan::Images& images, const std::stop_token& stop);
    torch::Tensor throughModules(const torch::Tensor& x, const torch::Tensor& t,
                                 const torch::Tensor& classIds, const TextContext& text,
                                 const std::stop_token& stop);

    UNet m_net;
    std::shared_ptr<const inference::InferencePlan> m_plan;
    std::string m_reason;
    inference::ConditioningCache m_conditionings;
    inference::PromptCache m_prompts;
    std::vector<inference::InferencePlan::Workspace> m_workspaces;  ///< by thread
    inference::ThreadCrew m_crew;
    inference::Cooperation m_cooperation;
};

}  // namespace diffuscope::model
