#include "core/sample/sampled_run.h"

#include "core/sample/translated_errors.h"

#include <torch/types.h>

#include <chrono>

namespace diffuscope::sample {

namespace {

std::size_t bytesPerFrame(const RunParts& parts)
{
    return parts.shape.values() * sizeof(float) * std::size_t(parts.storedPerFrame);
}

}  // namespace

SampledRun::SampledRun(RunParts parts)
    : m_parts(std::move(parts)),
      m_budget(m_parts.recordBytes, m_parts.grid.steps() + 1, bytesPerFrame(m_parts))
{
}

Tensor SampledRun::startingState()
{
    if (m_parts.start.defined())
        return m_parts.start.to(m_parts.device, torch::kFloat);
    const record::BatchShape& shape = m_parts.shape;
    const auto options = torch::TensorOptions().dtype(torch::kFloat).device(m_parts.device);
    const Tensor noise =
        m_parts.noise->initial({shape.batch, shape.channels, shape.height, shape.width}, options);
    return initialState(noise, m_parts.grid[0]);
}

int SampledRun::reusedEvaluations() const
{
    return m_parts.firstEvaluation && m_parts.firstEvaluation->isReused() ? 1 : 0;
}

std::vector<StepTerms> SampledRun::terms() const
{
    if (!m_parts.samplerSpec)
        return {};
    return withErrorsTranslated("describing the steps", [&] {
        return stepTerms(*m_parts.samplerSpec, m_parts.schedule, m_parts.grid);
    });
}

record::FramePtr SampledRun::step(const std::stop_token& stop)
{
    const auto start = std::chrono::steady_clock::now();
    if (!m_loop)
        m_loop = std::make_unique<SamplingLoop>(
            LoopParts{*m_parts.denoiser, *m_parts.sampler, m_parts.schedule, m_parts.grid, *m_parts.noise,
                      m_parts.condition, m_parts.further.count() > 0 ? record::Frame::mostFurther : 0},
            startingState());
    auto frame = std::make_shared<record::Frame>();
    if (m_loop->isDone()) {
        *frame = recordResult(m_loop->state(), m_parts.grid, m_parts.shape);
        m_isOver = true;
    } else {
        const int index = m_loop->index();
        const StepReport report = m_loop->advance(stop);
        *frame = recordStep(report, index, m_parts.grid, m_parts.shape, m_budget.precisionOf(index),
                            m_parts.further);
    }
    frame->totalEvaluations = m_loop->totalEvaluations();
    frame->totalMs =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return frame;
}

record::FramePtr SampledRun::advance(const std::stop_token& stop)
{
    if (m_isOver)
        return nullptr;
    const c10::InferenceMode inference;
    if (m_parts.stop)
        *m_parts.stop = stop;
    try {
        return withErrorsTranslated("sampling", [&] { return step(stop); });
    } catch (...) {
        m_isOver = true;
        throw;
    }
}

}  // namespace diffuscope::sample
