// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/sampling_loop.h"

#include "core/base/error.h"
#include "core/denoise/finite.h"

#include <torch/cuda.h>
#include <torch/types.h>

#include <chrono>
#include <cmath>

namespace diffuscope::run {

namespace {

using Clock = std::chrono::steady_clock;

double msSince(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// GPU kernels run behind the program's back; a time is one only after they are done.
void waitForDevice(const Tensor& x)
{
    if (x.is_cuda())
        torch::cuda::synchronize(x.get_device());
}

}  // namespace

Tensor initialState(const Tensor& noise, const NoiseLevel& level, InitialScale scale)
{
    const double unitData = std::sqrt(level.alpha * level.alpha + level.sigma * level.sigma);
    return noise * (scale == InitialScale::unitData ? unitData : level.sigma);
}

SamplingLoop::SamplingLoop(LoopParts parts, Tensor x)
    : m_parts(std::move(parts)),
      m_x(std::move(x)),
      m_index(m_parts.firstStep),
      m_totalEvaluations(m_parts.evaluationsBefore)
{
}

Prediction SamplingLoop::evaluate(const Tensor& x, const NoiseLevel& level, const std::stop_token& stop,
                                  StepReport& report)
{
    if (stop.stop_requested())
        throw Cancelled();
    const auto start = Clock::now();
    Prediction prediction = m_parts.denoiser.predict(x, level, m_parts.condition);
    waitForDevice(x);
    report.denoiserMs += msSince(start);
    if (report.evaluated.empty()) {
        report.prediction = prediction;
        report.predictionLevel = level;
        report.predictionIsOfState = x.is_same(report.x) && level == m_parts.grid[m_index];
    } else if (int(report.further.size()) < m_parts.furtherKept) {
        report.further.push_back(prediction);
    }
    report.evaluated.push_back(level);
    ++m_totalEvaluations;
    return prediction;
}

StepReport SamplingLoop::advance(const std::stop_token& stop)
{
    if (isDone())
        throw Error(ErrorCode::internal, "The sampling loop was advanced beyond its last step.");
    const at::NoGradGuard noGrad;
    const auto start = Clock::now();
    StepReport report;
    report.x = m_x;
    const torch::TensorOptions options = m_x.options().requires_grad(false);
    int draws = 0;
    const samplers::StepContext context{
        .level = m_parts.grid[m_index],
        .next = m_parts.grid[m_index + 1],
        .index = m_parts.samplerGrid ? m_index - m_parts.firstStep : m_index,
        .grid = m_parts.samplerGrid ? *m_parts.samplerGrid : m_parts.grid,
        .schedule = m_parts.schedule,
        .denoise = [&](const Tensor& x, const NoiseLevel& level) { return evaluate(x, level, stop, report); },
        .noise = [&] { return m_parts.noise.draw(m_x.sizes(), options, m_index, draws++); },
    };
    Tensor next = m_parts.sampler.step(m_x, context);
    if (!denoise::isFinite(next))
        throw Error(
            ErrorCode::notFinite,
            "The sampler produced numbers that are not finite in step " + std::to_string(m_index + 1) + ".",
            "Take more steps, a lower order, or clip the image estimate.");
    m_x = std::move(next);
    report.next = m_x;
    if (report.prediction) {
        m_lastPrediction = report.prediction;
        m_lastPredictionLevel = report.predictionLevel;
    } else {
        report.prediction = m_lastPrediction;
        report.predictionLevel = m_lastPredictionLevel;
    }
    ++m_index;
    report.totalMs = msSince(start);
    return report;
}

}  // namespace diffuscope::run
