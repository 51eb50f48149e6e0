// SPDX-License-Identifier: GPL-3.0-or-later
// Forward and compiled evaluation of a transformer.
#include "core/model/dit/dit_model.h"

#include "core/base/error.h"
#include "core/model/dit/dit_forward.h"
#include "core/model/precision.h"

#include <utility>

namespace diffuscope::model {

namespace {

class CompiledDit final : public FastForward
{
public:
    CompiledDit(Dit net, int threads) : m_forward(std::move(net), threads) {}

    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                          const std::stop_token& stop) override
    {
        return m_forward.forward(x, t, condition.classIds, condition.step, stop);
    }
    bool hasIndependentSamples() const override { return m_forward.hasPlan(); }

private:
    DitForward m_forward;
};

}  // namespace

DitModel::DitModel(ModelCard card, Dit net) : Model(std::move(card)), m_net(std::move(net))
{
    m_net->eval();
}

torch::Tensor DitModel::forward(const torch::Tensor& x, const torch::Tensor& t,
                                const EncodedCondition& condition, const std::stop_token& stop)
{
    if (stop.stop_requested())
        throw Cancelled();
    return m_net->forward(x, t, condition.classIds, condition.step);
}

torch::Tensor DitModel::forwardWithout(const torch::Tensor& x, const torch::Tensor& t,
                                       const EncodedCondition& condition,
                                       const std::vector<std::string>& parts)
{
    const DitOmissions without = omissionsOf(m_net->config(), card().name, parts);
    return m_net->forward(x, t, condition.classIds, condition.step, nullptr, &without);
}

CompiledModel DitModel::compile(int threads, const std::string& precision)
{
    if (!precision.empty())
        choosePrecision(precision, device());  // refuses an unknown name
    auto forward = std::make_unique<CompiledDit>(m_net, threads);
    const bool isPlanned = forward->hasIndependentSamples();
    return {std::move(forward), "float32", "the only one that a transformer has here",
            isPlanned || !device().is_cpu() ? "" : "this processor has no kernels for it"};
}

}  // namespace diffuscope::model
