// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/unet_model.h"

#include "core/base/error.h"
#include "core/model/precision.h"
#include "core/model/unet/parallel_forward.h"

#include <utility>

namespace diffuscope::model {

UNetModel::UNetModel(ModelCard card, UNet net)
    : Model(std::move(card)), m_net(std::move(net)), m_vocabulary(this->card().vocabulary)
{
}

torch::Tensor UNetModel::forward(const torch::Tensor& x, const torch::Tensor& t,
                                 const EncodedCondition& condition, const std::stop_token& stop)
{
    if (stop.stop_requested())
        throw Cancelled();
    return m_net->forward(x, t, condition.classIds, condition.text);
}

torch::Tensor UNetModel::forwardWithAttention(const torch::Tensor& x, const torch::Tensor& t,
                                              const EncodedCondition& condition,
                                              std::vector<CrossAttentionMap>& maps)
{
    return m_net->forward(x, t, condition.classIds, condition.text, &maps);
}

torch::Tensor UNetModel::forwardWithout(const torch::Tensor& x, const torch::Tensor& t,
                                        const EncodedCondition& condition,
                                        const std::vector<std::string>& parts)
{
    const UNetOmissions without = omissionsOf(m_net->config(), card().name, parts);
    return m_net->forward(x, t, condition.classIds, condition.text, nullptr, &without);
}

EncodedText UNetModel::encode(const std::string& text)
{
    if (!card().readsText())
        return Model::encode(text);
    const std::vector<std::int64_t> words = m_vocabulary.read(text, card().mostWords);
    const TokenBatch tokens = tokenBatch({words});
    EncodedText encoded{.isBlank = words.empty()};
    encoded.context = m_net->encode({tokens.ids.to(device()), tokens.bias.to(device())});
    encoded.tokens.emplace_back();
    for (const std::int64_t word : words)
        encoded.tokens.push_back(m_vocabulary.words()[std::size_t(word)]);
    return encoded;
}

CompiledModel UNetModel::compile(int threads, const std::string& precision)
{
    PrecisionChoice choice = measuredPrecision(precision, m_net, device());
    CompiledModel compiled{.precision = precisionName(choice.precision),
                           .reason = choice.reason,
                           .notice = device().is_cpu() ? choice.plan.reason : ""};
    compiled.forward = std::make_unique<ParallelForward>(m_net, threads, std::move(choice.plan));
    return compiled;
}

}  // namespace diffuscope::model
