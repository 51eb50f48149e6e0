// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/model_evaluator.h"

#include "core/base/error.h"
#include "core/run/translated_errors.h"

#include <torch/types.h>

#include <utility>

namespace diffuscope::run {

namespace {

std::vector<double> valuesOf(const torch::Tensor& tensor)
{
    const torch::Tensor values = tensor.to(torch::kCPU, torch::kDouble).contiguous();
    const double* begin = values.data_ptr<double>();
    return {begin, begin + values.numel()};
}

class ModelEvaluator final : public Evaluator
{
public:
    explicit ModelEvaluator(EvaluatorParts parts) : m_parts(std::move(parts)) {}

    const schedule::NoiseSchedule& schedule() const override { return m_parts.schedule; }

    model::NetworkLayout network() const override { return m_parts.model->layout(); }

    record::BatchShape sampleShape() const override
    {
        const model::SampleSpace& space = m_parts.model->card().space;
        return {1, space.channels, space.height, space.width};
    }

    StatePrediction predict(const StateBatch& x, const schedule::NoiseLevel& level,
                            const std::stop_token& stop) override
    {
        const c10::InferenceMode inference;
        return withErrorsTranslated("asking the model", [&] {
            if (stop.stop_requested())
                throw Cancelled();
            if (m_parts.stop)
                *m_parts.stop = stop;
            const denoise::Prediction prediction =
                m_parts.denoiser->predict(tensorOf(x), level, m_parts.condition);
            return StatePrediction{valuesOf(prediction.x0Hat), valuesOf(prediction.epsHat)};
        });
    }

    StateBatch decode(const StateBatch& samples, const std::stop_token& stop) override
    {
        const model::Decoder* decoder = m_parts.model->decoder();
        if (!decoder)
            return samples;
        const c10::InferenceMode inference;
        return withErrorsTranslated("decoding", [&] {
            const torch::Tensor pictures = decoder->decode(tensorOf(samples).to(torch::kFloat), stop);
            return StateBatch{
                {int(pictures.size(0)), int(pictures.size(1)), int(pictures.size(2)), int(pictures.size(3))},
                valuesOf(pictures)};
        });
    }

    record::TextAttention attention(const record::Frame& frame) override
    {
        if (!m_parts.attention)
            return {};
        const c10::InferenceMode inference;
        return withErrorsTranslated("looking for the words", [&] {
            record::ImageBatch state = frame.layer(record::Layer::xt);
            const auto& [batch, channels, height, width] = state.shape;
            const torch::Tensor x = torch::from_blob(state.values.data(), {batch, channels, height, width});
            return m_parts.attention(x.to(m_parts.device), frame.level);
        });
    }

private:
    /// In float64, on the device.
    torch::Tensor tensorOf(const StateBatch& batch) const
    {
        const record::BatchShape one = sampleShape();
        const record::BatchShape& shape = batch.shape;
        const bool fits = shape.batch >= 1 && shape.channels == one.channels && shape.height == one.height &&
                          shape.width == one.width && batch.values.size() == shape.values();
        if (!fits)
            throw Error(ErrorCode::invalidOption,
                        "The state that the model \"" + m_parts.model->card().name +
                            "\" is asked about is of another size than its samples.",
                        "Ask about " + model::describe(m_parts.model->card().space) + ".");
        return torch::tensor(torch::ArrayRef<double>(batch.values), torch::kDouble)
            .view({shape.batch, shape.channels, shape.height, shape.width})
            .to(m_parts.device);
    }

    EvaluatorParts m_parts;
};

}  // namespace

std::unique_ptr<Evaluator> makeEvaluator(EvaluatorParts parts)
{
    return std::make_unique<ModelEvaluator>(std::move(parts));
}

}  // namespace diffuscope::run
