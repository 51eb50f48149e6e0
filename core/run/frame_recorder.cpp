// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/frame_recorder.h"

#include "core/denoise/guidance.h"

#include <torch/types.h>

#include <cmath>
#include <span>

namespace diffuscope::run {

namespace {

record::CompactValues plain(const Tensor& tensor, record::Precision precision)
{
    const Tensor values = tensor.to(torch::kCPU, torch::kFloat).contiguous();
    return {std::span(values.data_ptr<float>(), std::size_t(values.numel())), precision};
}

/// The conditional estimate follows from the guided one with an error that is divided by w, not multiplied.
bool conditionalFollows(const Prediction& prediction)
{
    return std::abs(prediction.guidanceScale) >= 1;
}

void recordGuidance(const Prediction& prediction, record::Precision precision, record::Frame& frame)
{
    const Tensor& c = prediction.x0HatConditional;
    const Tensor& u = prediction.x0HatUnconditional;
    frame.x0HatUnconditional = plain(u, precision);
    if (!conditionalFollows(prediction)) {
        frame.x0Hat = plain(prediction.x0Hat, precision);
        frame.x0HatConditional = plain(c, precision);
        return;
    }
    frame.guidanceScale = prediction.guidanceScale;
    frame.x0Limit = prediction.x0Limit;
    const bool isUncut = std::isinf(prediction.x0Limit);
    frame.x0Hat = plain(isUncut ? prediction.x0Hat : denoise::guidedEstimate(u, c, prediction.guidanceScale),
                        precision);
}

}  // namespace

record::Frame recordStep(const StepReport& report, int index, const schedule::TimeGrid& grid,
                         const record::BatchShape& shape, record::Precision precision,
                         samplers::FurtherValues further)
{
    record::Frame frame;
    frame.index = index;
    frame.level = grid[index];
    frame.next = grid[index + 1];
    frame.shape = shape;
    frame.xt = plain(report.x, precision);
    frame.evaluated = report.evaluated;
    frame.evaluations = int(report.evaluated.size());
    frame.networkMs = report.denoiserMs;
    if (!report.prediction) {
        // A sampler that has asked nothing yet: the state is all there is.
        frame.x0Hat = frame.xt;
        return frame;
    }
    const Prediction& prediction = *report.prediction;
    if (prediction.x0HatUnconditional.defined() && prediction.x0HatConditional.defined())
        recordGuidance(prediction, precision, frame);
    else
        frame.x0Hat = plain(prediction.x0Hat, precision);
    if (!report.predictionIsOfState)
        frame.predictedElsewhere = report.predictionLevel;
    if (!prediction.isConsistent || frame.predictedElsewhere)
        frame.epsHat = plain(prediction.epsHat, precision);
    const auto kept = [&](bool isUsed, const Tensor& values) {
        return isUsed ? plain(values, precision) : record::CompactValues();
    };
    for (const Prediction& later : report.further) {
        const Tensor& without = later.x0HatUnconditional.defined() ? later.x0HatUnconditional : later.x0Hat;
        frame.further.push_back({kept(further.x0Hat, later.x0Hat), kept(further.epsHat, later.epsHat),
                                 kept(further.x0Unconditional, without)});
    }
    return frame;
}

record::Frame recordResult(const Tensor& state, const schedule::TimeGrid& grid,
                           const record::BatchShape& shape)
{
    record::Frame frame;
    frame.index = grid.steps();
    frame.level = grid[grid.steps()];
    frame.next = frame.level;
    frame.shape = shape;
    frame.xt = plain(state, record::Precision::full);
    frame.x0Hat = frame.xt;
    return frame;
}

}  // namespace diffuscope::run
