// Evaluates a U-Net as fast as this machine can: through an inference plan where there is one, on several
// threads, each with images of its own, or all together on the same few.
#pragma once

#include "core/network/cooperation.h"
#include "core/network/plan/plan_builder.h"
#include "core/network/thread_crew.h"
#include "core/network/unet.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace diffuscope::network {

/// LibTorch's own threads meet at every layer, and wait there in a busy loop: beside another busy program
/// that is many times slower than one thread. These meet once an evaluation. The thread that calls must have
/// one intra-op thread itself (setUpComputeThreads(1)); one thread uses one ParallelForward. On a GPU
/// everything stays on the caller's.
class ParallelForward
{
public:
    /// Copies the weights into a plan of the network's present precision. `threads` 0: one a processor core.
    ParallelForward(UNet net, int threads);
    /// With the network's plan, or the reason for having none, that were made already.
    ParallelForward(UNet net, int threads, plan::PlanOrReason made);

    /// As UNetImpl::forward, without gradients. Through a plan, an image's result does not depend on the rest
    /// of the batch nor on the number of threads, to the last bit; and `stop` is looked at every few images:
    /// throws Cancelled where it is set before the last of them.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                          const std::stop_token& stop = {});
    /// The same of a network with text: `text` has a prompt for each of the B images.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                          const TextContext& text, const std::stop_token& stop = {});

    /// The plan; null where the modules are asked one by one, and then why.
    const plan::InferencePlan* plan() const { return m_plan.get(); }
    const std::string& reasonForNoPlan() const { return m_reason; }

private:
    torch::Tensor throughPlan(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                              const TextContext& text, const std::stop_token& stop);
    std::vector<std::shared_ptr<const plan::PromptKeys>> promptsOf(const TextContext& text);
    /// The images begin … end − 1 of a batch.
    using Section = std::function<plan::InferencePlan::Images(int64_t begin, int64_t end)>;
    /// Whether so few images are done sooner by all threads together than by each for itself.
    bool isForAllTogether(int64_t batch) const;
    void runApart(const Section& section, int64_t batch, const std::stop_token& stop);
    /// False, with nothing done, where the threads cannot begin at once.
    bool runTogether(const plan::InferencePlan::Images& images, const std::stop_token& stop);
    torch::Tensor throughModules(const torch::Tensor& x, const torch::Tensor& t,
                                 const torch::Tensor& classIds, const TextContext& text,
                                 const std::stop_token& stop);

    UNet m_net;
    std::shared_ptr<const plan::InferencePlan> m_plan;
    std::string m_reason;
    plan::ConditioningCache m_conditionings;
    plan::PromptCache m_prompts;
    std::vector<plan::InferencePlan::Workspace> m_workspaces;  ///< by thread
    ThreadCrew m_crew;
    Cooperation m_cooperation;
};

}  // namespace diffuscope::network
