// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/sampled_run.h"

#include "core/run/translated_errors.h"
#include "core/samplers/sampler_registry.h"

#include <torch/types.h>

#include <chrono>
#include <cstdio>

namespace diffuscope::run {

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
    const torch::ScalarType type = m_parts.isDouble ? torch::kDouble : torch::kFloat;
    if (m_parts.start.defined())
        return m_parts.start.to(m_parts.device, type);
    const record::BatchShape& shape = m_parts.shape;
    if (const auto& origin = m_parts.begin.origin)
        return branchState(*origin, m_parts.grid[origin->frame()], shape).to(m_parts.device, type);
    const auto options = torch::TensorOptions().dtype(type).device(m_parts.device);
    const Tensor noise =
        m_parts.noise->initial({shape.batch, shape.channels, shape.height, shape.width}, options);
    return initialState(noise, m_parts.grid[0]);
}

int SampledRun::reusedEvaluations() const
{
    return m_parts.firstEvaluation && m_parts.firstEvaluation->isReused() ? 1 : 0;
}

std::vector<samplers::StepTerms> SampledRun::terms() const
{
    if (!m_parts.samplerSpec)
        return {};
    return withErrorsTranslated("describing the steps", [&] {
        if (const auto& origin = m_parts.begin.origin)
            return branchTerms(*m_parts.samplerSpec, m_parts.schedule, m_parts.grid, *origin,
                               m_parts.history);
        return samplers::stepTerms(*m_parts.samplerSpec, m_parts.schedule, m_parts.grid);
    });
}

std::vector<record::FramePtr> SampledRun::framesBefore() const
{
    const auto& origin = m_parts.begin.origin;
    if (!origin)
        return {};
    return {origin->frames.begin(), origin->frames.end() - 1};
}

bool SampledRun::hasIndependentImages() const
{
    return !m_parts.samplerSpec || !samplers::samplerInfo(m_parts.samplerSpec->id).adaptive;
}

std::string SampledRun::remark() const
{
    constexpr double noticeable = 1e-4;
    if (m_missedByInversion > noticeable) {
        char text[160];
        std::snprintf(
            text, sizeof text,
            "the inversion came no nearer than %.2g in its worst step, so the picture does not come "
            "back exactly. More steps or less guidance bring it nearer.",
            m_missedByInversion);
        return text;
    }
    if (!m_parts.samplerSpec)
        return {};
    return branchHistoryText(m_parts.history, samplers::samplerInfo(m_parts.samplerSpec->id).displayName);
}

std::vector<double> SampledRun::state() const
{
    if (!m_loop)
        return {};
    const Tensor values = m_loop->state().to(torch::kCPU, torch::kDouble).contiguous();
    const double* begin = values.data_ptr<double>();
    return {begin, begin + values.numel()};
}

record::Precision SampledRun::precisionOf(int frame) const
{
    const auto& exact = m_parts.begin.exactFrame;
    if (exact && frame <= *exact && frame >= *exact - longestHistory)
        return record::Precision::full;
    return m_budget.precisionOf(frame);
}

void SampledRun::invert(const std::stop_token& stop)
{
    edit::Inverted inverted = m_parts.invert(*m_parts.denoiser, *m_parts.sampler, stop);
    m_parts.start = std::move(inverted.x);
    m_evaluationsOfInversion = inverted.evaluations;
    m_missedByInversion = inverted.missed;
    if (!inverted.draws.empty())
        m_parts.noise = std::make_unique<RecordedNoise>(Tensor(), std::move(inverted.draws));
}

std::unique_ptr<SamplingLoop> SampledRun::makeLoop(const std::stop_token& stop)
{
    if (m_parts.invert)
        invert(stop);
    LoopParts parts{*m_parts.denoiser,
                    *m_parts.sampler,
                    m_parts.schedule,
                    m_parts.grid,
                    *m_parts.noise,
                    m_parts.condition,
                    m_parts.further.count() > 0 ? record::Frame::mostFurther : 0};
    parts.evaluationsBefore = m_evaluationsOfInversion;
    if (const auto& origin = m_parts.begin.origin) {
        parts.firstStep = origin->frame();
        if (origin->frame() > 0)
            parts.evaluationsBefore = origin->frames[std::size_t(origin->frame() - 1)]->totalEvaluations;
        if (m_parts.samplerGrid)
            parts.samplerGrid = &*m_parts.samplerGrid;
    }
    return std::make_unique<SamplingLoop>(std::move(parts), startingState());
}

record::FramePtr SampledRun::step(const std::stop_token& stop)
{
    const auto start = std::chrono::steady_clock::now();
    if (!m_loop)
        m_loop = makeLoop(stop);
    auto frame = std::make_shared<record::Frame>();
    if (m_loop->isDone()) {
        *frame = recordResult(m_loop->state(), m_parts.grid, m_parts.shape);
        m_isOver = true;
    } else {
        const int index = m_loop->index();
        const StepReport report = m_loop->advance(stop);
        *frame = recordStep(report, index, m_parts.grid, m_parts.shape, precisionOf(index), m_parts.further);
        if (m_recordsAttention && m_parts.attention)
            frame->attention = m_parts.attention(report.x, frame->level);
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

}  // namespace diffuscope::run
