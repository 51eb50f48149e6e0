// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/parallel_forward.h"

#include "core/base/error.h"
#include "core/model/unet/plan_builder.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <utility>

namespace diffuscope::model {
namespace {

/// Threads that work on the same images. A layer of 64 channels has no more than four parts to share out.
constexpr int mostShares = 4;
/// Together, two threads are about so many times as fast as one; more have not been measured.
constexpr double together = 1.5;

/// The first image of part `index`, out of parts as even as can be; for index = parts the end.
int64_t beginOfPart(std::size_t index, std::size_t parts, int64_t batch)
{
    return batch * static_cast<int64_t>(index) / static_cast<int64_t>(parts);
}

/// Parts that fit into the plan, the same number for every thread.
std::size_t partCount(int64_t batch, int64_t imagesAtOnce, int64_t threads)
{
    const int64_t rounds = (batch + imagesAtOnce * threads - 1) / (imagesAtOnce * threads);
    return static_cast<std::size_t>(std::min(batch, rounds * threads));
}

}  // namespace

ParallelForward::ParallelForward(UNet net, int threads) : ParallelForward(net, threads, model::makePlan(*net))
{
}

ParallelForward::ParallelForward(UNet net, int threads, model::PlanOrReason made)
    : m_net(std::move(net)),
      m_plan(std::move(made.plan)),
      m_reason(std::move(made.reason)),
      m_crew(m_net->parameters().front().is_cpu() ? threads : 1)
{
    for (std::size_t thread = 0; m_plan && thread < m_crew.size(); ++thread)
        m_workspaces.emplace_back(*m_plan);
}

torch::Tensor ParallelForward::forward(const torch::Tensor& x, const torch::Tensor& t,
                                       const torch::Tensor& classIds, const std::stop_token& stop)
{
    return forward(x, t, classIds, TextContext{}, stop);
}

torch::Tensor ParallelForward::forward(const torch::Tensor& x, const torch::Tensor& t,
                                       const torch::Tensor& classIds, const TextContext& text,
                                       const std::stop_token& stop)
{
    const c10::InferenceMode inference;
    return m_plan ? throughPlan(x, t, classIds, text, stop) : throughModules(x, t, classIds, text, stop);
}

std::string ParallelForward::description(bool isTimed) const
{
    constexpr int rounds = 25;
    if (!m_plan)
        return {};
    return m_plan->description(isTimed ? m_plan->operationMs(m_plan->imagesAtOnce(), rounds)
                                       : std::vector<double>{});
}

std::vector<std::shared_ptr<const inference::PromptKeys>> ParallelForward::promptsOf(const TextContext& text)
{
    if (m_plan->prompts().empty())
        return {};
    const torch::Tensor states = text.states.to(torch::kFloat32).contiguous();
    const torch::Tensor bias = text.bias.to(torch::kFloat32).contiguous();
    const auto tokens = static_cast<std::size_t>(bias.size(1));
    const std::size_t values = tokens * static_cast<std::size_t>(states.size(2));
    std::vector<inference::PromptStates> prompts;
    for (std::size_t k = 0; k < static_cast<std::size_t>(bias.size(0)); ++k) {
        prompts.push_back(
            {{states.data_ptr<float>() + k * values, values}, {bias.data_ptr<float>() + k * tokens, tokens}});
    }
    return m_prompts.keys(m_plan->prompts(), prompts);
}

torch::Tensor ParallelForward::throughPlan(const torch::Tensor& x, const torch::Tensor& t,
                                           const torch::Tensor& classIds, const TextContext& text,
                                           const std::stop_token& stop)
{
    const UNetConfig& config = m_net->config();
    const int64_t batch = x.size(0);
    TORCH_CHECK(
        x.sizes() == at::IntArrayRef({batch, config.imageChannels, config.imageHeight, config.imageWidth}) &&
            t.numel() == batch && classIds.numel() == batch && text.defined() == config.hasText() &&
            (!text.defined() || text.bias.size(0) == batch),
        "The network's input has another shape than its config says.");
    const torch::Tensor images = x.to(torch::kFloat32).contiguous();
    const torch::Tensor times = t.to(torch::kFloat32).contiguous();
    const torch::Tensor ids = classIds.to(torch::kInt64).contiguous();
    const auto count = static_cast<std::size_t>(batch);
    const auto rows = m_conditionings.rows(m_plan->conditioning(), {times.data_ptr<float>(), count},
                                           {ids.data_ptr<int64_t>(), count});
    const auto prompts = promptsOf(text);
    torch::Tensor result = torch::empty_like(images);
    const float* from = images.data_ptr<float>();
    auto* to = result.data_ptr<float>();
    const auto values = static_cast<int64_t>(m_plan->valuesPerImage());
    const Section section = [&](int64_t begin, int64_t end) {
        return inference::InferencePlan::Images{.x = from + begin * values,
                                                .conditioningRows = rows.data() + begin,
                                                .prompts = prompts.empty() ? nullptr : prompts.data() + begin,
                                                .count = static_cast<int>(end - begin),
                                                .y = to + begin * values};
    };
    if (!isForAllTogether(batch) || !runTogether(section(0, batch), stop))
        runApart(section, batch, stop);
    return result;
}

bool ParallelForward::isForAllTogether(int64_t batch) const
{
    const auto threads = static_cast<int64_t>(m_crew.size());
    const int64_t rounds = (batch + threads - 1) / threads;
    // Apart, they are so many times as fast as one thread.
    const double apart = static_cast<double>(batch) / static_cast<double>(rounds);
    return threads > 1 && batch <= m_plan->imagesAtOnce() && apart <= together &&
           m_cooperation.isDue(inference::Cooperation::Clock::now());
}

void ParallelForward::runApart(const Section& section, int64_t batch, const std::stop_token& stop)
{
    const std::size_t parts = partCount(batch, m_plan->imagesAtOnce(), static_cast<int64_t>(m_crew.size()));
    std::atomic<std::size_t> next = 0;  // a thread whose core is busy elsewhere takes fewer
    m_crew.runWithHelp(std::min(parts, m_crew.size()), [&](std::size_t thread) {
        for (std::size_t part = next++; part < parts; part = next++) {
            if (stop.stop_requested())
                throw Cancelled();
            m_plan->run(m_workspaces[thread],
                        section(beginOfPart(part, parts, batch), beginOfPart(part + 1, parts, batch)));
        }
    });
}

bool ParallelForward::runTogether(const inference::InferencePlan::Images& images, const std::stop_token& stop)
{
    if (stop.stop_requested())
        throw Cancelled();
    const int count = std::min(static_cast<int>(m_crew.size()), mostShares);
    inference::Meeting meeting(static_cast<std::uint32_t>(count));
    const auto start = inference::Cooperation::Clock::now();
    const bool isDone = m_crew.runTogether(static_cast<std::size_t>(count), [&](std::size_t thread) {
        try {
            m_plan->run({static_cast<int>(thread), count}, meeting, m_workspaces[thread],
                        m_workspaces.front(), images);
        } catch (const inference::Deserted&) {
            // The one that failed says why.
        }
    });
    const auto end = inference::Cooperation::Clock::now();
    m_cooperation.judge(end, end - start, isDone ? meeting.slept() : end - start);
    return isDone;
}

torch::Tensor ParallelForward::throughModules(const torch::Tensor& x, const torch::Tensor& t,
                                              const torch::Tensor& classIds, const TextContext& text,
                                              const std::stop_token& stop)
{
    const int64_t batch = x.size(0);
    const auto used =
        static_cast<std::size_t>(std::clamp<int64_t>(batch, 1, static_cast<int64_t>(m_crew.size())));
    std::vector<torch::Tensor> results(used);
    m_crew.run(used, [&](std::size_t index) {
        const c10::InferenceMode inference;
        if (index > 0)
            at::set_num_threads(1);
        const int64_t begin = beginOfPart(index, used, batch), end = beginOfPart(index + 1, used, batch);
        if (stop.stop_requested())
            throw Cancelled();
        results[index] = m_net->forward(x.slice(0, begin, end), t.slice(0, begin, end),
                                        classIds.slice(0, begin, end), text.slice(begin, end));
    });
    return used == 1 ? results.front() : torch::cat(results);
}

}  // namespace diffuscope::model
