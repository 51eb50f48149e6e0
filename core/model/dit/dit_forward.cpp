// SPDX-License-Identifier: GPL-3.0-or-later
// Weights out of the modules, and images shared out among threads.
#include "core/model/dit/dit_forward.h"

#include "core/base/error.h"

#include <algorithm>
#include <atomic>
#include <string>

namespace diffuscope::model {
namespace {

std::vector<float> floatsOf(const torch::Tensor& tensor)
{
    const auto values = tensor.detach().to(torch::kFloat32).contiguous();
    return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

/// LibTorch stores a layer's weights [outputs, inputs].
PlainLinear linearOf(const torch::OrderedDict<std::string, torch::Tensor>& weights, const std::string& name)
{
    const auto weight = weights[name + ".weight"];
    return {static_cast<int>(weight.size(1)), static_cast<int>(weight.size(0)), floatsOf(weight.t()),
            floatsOf(weights[name + ".bias"])};
}

}  // namespace

DitWeights weightsOf(const DitImpl& net)
{
    const auto named = net.named_parameters();
    DitWeights weights;
    weights.config = net.config();
    weights.time1 = linearOf(named, "time1");
    weights.time2 = linearOf(named, "time2");
    if (weights.config.readsStep) {
        weights.step1 = linearOf(named, "step1");
        weights.step2 = linearOf(named, "step2");
    }
    weights.classes = floatsOf(named["class_embedding.weight"]);
    weights.patches = linearOf(named, "patches");
    weights.places = floatsOf(named["places"]);
    for (int layer = 0; layer < weights.config.layers; ++layer) {
        const std::string block = "block" + std::to_string(layer) + ".";
        weights.blocks.push_back({linearOf(named, block + "modulation"),
                                  linearOf(named, block + "query_key_value"),
                                  linearOf(named, block + "projection"), linearOf(named, block + "hidden"),
                                  linearOf(named, block + "output")});
    }
    weights.outputModulation = linearOf(named, "output_modulation");
    weights.output = linearOf(named, "output");
    return weights;
}

DitForward::DitForward(Dit net, int threads)
    : m_net(std::move(net)), m_crew(m_net->parameters().front().is_cpu() ? threads : 1)
{
    if (!m_net->parameters().front().is_cpu() || !DitPlan::isPossible(m_net->config()))
        return;
    m_plan = std::make_unique<const DitPlan>(weightsOf(*m_net));
    for (std::size_t thread = 0; thread < m_crew.size(); ++thread)
        m_workspaces.emplace_back(*m_plan);
}

torch::Tensor DitForward::forward(const torch::Tensor& x, const torch::Tensor& t,
                                  const torch::Tensor& classIds, const torch::Tensor& step,
                                  const std::stop_token& stop)
{
    const c10::InferenceMode inference;
    const auto& config = m_net->config();
    const int64_t batch = x.size(0);
    TORCH_CHECK(
        x.sizes() == at::IntArrayRef({batch, config.imageChannels, config.imageHeight, config.imageWidth}) &&
            t.numel() == batch && classIds.numel() == batch && (!step.defined() || step.numel() == batch),
        "The network's input has another shape than its config says.");
    if (!m_plan)
        return m_net->forward(x, t, classIds, step);
    const auto times = t.to(torch::kFloat32).contiguous(), ids = classIds.to(torch::kInt64).contiguous();
    const auto steps = step.defined() ? step.to(torch::kFloat32).contiguous() : torch::zeros({batch});
    std::vector<DitPlan::Question> questions;
    for (int64_t k = 0; k < batch; ++k) {
        const int64_t id = ids.data_ptr<int64_t>()[k];
        TORCH_CHECK(id >= 0 && id <= config.classes, "The network has no class of this number.");
        questions.push_back(
            {times.data_ptr<float>()[k], id, config.readsStep ? steps.data_ptr<float>()[k] : 0.0f});
    }
    return throughPlan(x.to(torch::kFloat32).contiguous(), questions, stop);
}

torch::Tensor DitForward::throughPlan(const torch::Tensor& x, const std::vector<DitPlan::Question>& questions,
                                      const std::stop_token& stop)
{
    const auto result = torch::empty_like(x);
    const auto batch = questions.size(), values = m_plan->valuesPerImage();
    // Parts that fit into a workspace, the same number for every thread.
    const std::size_t threads = m_crew.size(), atOnce = DitPlan::imagesAtOnce * threads;
    const std::size_t parts = std::min(batch, (batch + atOnce - 1) / atOnce * threads);
    std::atomic<std::size_t> next = 0;  // a thread whose core is busy elsewhere takes fewer
    m_crew.runWithHelp(std::min(parts, threads), [&](std::size_t thread) {
        for (std::size_t part = next++; part < parts; part = next++) {
            if (stop.stop_requested())
                throw Cancelled();
            const std::size_t begin = batch * part / parts, end = batch * (part + 1) / parts;
            m_plan->run(m_workspaces[thread], x.data_ptr<float>() + begin * values, questions.data() + begin,
                        static_cast<int>(end - begin), result.data_ptr<float>() + begin * values);
        }
    });
    return result;
}

}  // namespace diffuscope::model
