// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model.h"

#include "core/base/error.h"
#include "core/model/precision.h"

namespace diffuscope::model {

namespace {

/// Asks the model itself, batch by batch.
class PlainForward final : public FastForward
{
public:
    explicit PlainForward(Model& model) : m_model(model) {}

    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                          const std::stop_token& stop) override
    {
        const c10::InferenceMode inference;
        if (stop.stop_requested())
            throw Cancelled();
        return m_model.forward(x, t, condition, stop);
    }
    bool hasIndependentSamples() const override { return false; }

private:
    Model& m_model;
};

torch::Tensor sliced(const torch::Tensor& rows, std::int64_t begin, std::int64_t end)
{
    return rows.defined() ? rows.slice(0, begin, end) : rows;
}

}  // namespace

EncodedCondition EncodedCondition::slice(std::int64_t begin, std::int64_t end) const
{
    return {sliced(classIds, begin, end), text.slice(begin, end), sliced(pooled, begin, end),
            sliced(step, begin, end)};
}

EncodedText Model::encode(const std::string&)
{
    throw Error(ErrorCode::invalidOption, "The model \"" + m_card.name + "\" reads no text.",
                "Leave the prompt empty, or choose a model that reads text.");
}

torch::Tensor Model::forwardWithAttention(const torch::Tensor& x, const torch::Tensor& t,
                                          const EncodedCondition& condition, std::vector<CrossAttentionMap>&)
{
    return forward(x, t, condition);
}

torch::Tensor Model::forwardWithout(const torch::Tensor& x, const torch::Tensor& t,
                                    const EncodedCondition& condition, const std::vector<std::string>& parts)
{
    checkParts(layout(), m_card.name, parts);
    return forward(x, t, condition);
}

CompiledModel Model::compile(int, const std::string& precision)
{
    if (!precision.empty())
        choosePrecision(precision, device());
    return {std::make_unique<PlainForward>(*this), "float32", "the only one that this model knows",
            "this kind of model has no inference plan"};
}

}  // namespace diffuscope::model
