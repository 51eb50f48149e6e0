// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/branch.h"

#include "core/base/error.h"
#include "core/run/noise_source.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/same_levels.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

namespace diffuscope::run {

namespace {

using schedule::NoiseSchedule;
using schedule::TimeGrid;

/// Levels whose sigma/alpha differ by less than this, relatively, are one.
constexpr double sameLevelTolerance = 1e-9;

/// What the record does not hold.
class NotRecorded : public std::exception
{
};

/// The branch point's level and those before it, as levels of `schedule`.
std::vector<NoiseLevel> visitedLevels(const Origin& origin, const NoiseSchedule& schedule)
{
    const bool isSame = origin.schedule && schedule::haveSameLevels(*origin.schedule, schedule);
    std::vector<NoiseLevel> levels;
    for (const record::FramePtr& frame : origin.frames)
        levels.push_back(isSame ? frame->level : schedule.levelOfNoiseToSignal(frame->level.noiseToSignal()));
    return levels;
}

bool rises(const std::vector<NoiseLevel>& levels)
{
    return levels.size() > 1 && levels.back().noiseToSignal() > levels.front().noiseToSignal();
}

TimeGrid tailOf(const TimeGrid& grid, int first)
{
    return {std::vector<NoiseLevel>(grid.levels.begin() + first, grid.levels.end())};
}

/// Values [B, …] of the first images.
Tensor tensorOf(const record::CompactValues& values, const record::BatchShape& shape)
{
    Tensor tensor = torch::empty({shape.batch, shape.channels, shape.height, shape.width}, torch::kFloat);
    values.copyTo({tensor.data_ptr<float>(), shape.values()});
    return tensor;
}

Tensor tensorOf(const record::ImageBatch& images, const record::BatchShape& shape)
{
    return torch::tensor(at::ArrayRef<float>(images.values.data(), shape.values()))
        .view({shape.batch, shape.channels, shape.height, shape.width});
}

/// What the denoiser said in evaluation `index` of a recorded step.
Prediction recorded(const record::Frame& frame, int index, const record::BatchShape& shape,
                    torch::Device device)
{
    const auto moved = [device](const Tensor& tensor) { return tensor.to(device); };
    if (index == 0) {
        if (frame.predictedElsewhere || frame.evaluations == 0)
            throw NotRecorded();
        Prediction prediction{moved(tensorOf(frame.layer(record::Layer::x0Hat), shape)),
                              moved(tensorOf(frame.layer(record::Layer::epsHat), shape))};
        if (!frame.x0HatUnconditional.empty())
            prediction.x0HatUnconditional = moved(tensorOf(frame.x0HatUnconditional, shape));
        return prediction;
    }
    if (std::size_t(index) > frame.further.size())
        throw NotRecorded();
    const record::FurtherEvaluation& later = frame.further[std::size_t(index) - 1];
    const auto kept = [&](const record::CompactValues& values) {
        return values.empty() ? Tensor() : moved(tensorOf(values, shape));
    };
    return {kept(later.x0Hat), kept(later.epsHat), kept(later.x0HatUnconditional)};
}

/// Shows the sampler the recorded steps. False where the record does not hold what it asks for.
bool replay(samplers::Sampler& sampler, const NoiseSchedule& schedule, const TimeGrid& grid,
            const Origin& origin, const record::BatchShape& shape, torch::Device device)
{
    const at::NoGradGuard noGrad;
    const std::vector<NoiseLevel>& levels = grid.levels;
    try {
        for (int index = 0; index < origin.frame(); ++index) {
            const record::Frame& frame = *origin.frames[std::size_t(index)];
            SeededNoise noise(origin.seeds.at(std::size_t(index)));
            int evaluations = 0, draws = 0;
            const Tensor x = branchState({{origin.frames[std::size_t(index)]}, {}, {}, {}},
                                         levels[std::size_t(index)], shape)
                                 .to(device);
            const samplers::StepContext context{
                .level = levels[std::size_t(index)],
                .next = levels[std::size_t(index) + 1],
                .index = index,
                .grid = grid,
                .schedule = schedule,
                .denoise =
                    [&](const Tensor&, const NoiseLevel& level) {
                        if (evaluations == 0 && level != levels[std::size_t(index)])
                            throw NotRecorded();
                        return recorded(frame, evaluations++, shape, device);
                    },
                .noise = [&] { return noise.draw(x.sizes(), x.options(), index, draws++); },
            };
            sampler.step(x, context);
        }
    } catch (const NotRecorded&) {
        return false;
    } catch (const Error&) {
        return false;
    } catch (const c10::Error&) {
        return false;  // it asked for a quantity of an evaluation that was not kept
    }
    return true;
}

/// Whether a step of this sampler uses anything of a step before.
bool remembers(const recipe::SamplerSpec& spec, const NoiseSchedule& schedule)
{
    const samplers::SamplerInfo& info = samplers::samplerInfo(spec.id);
    if (info.keepsHiddenState)
        return true;
    const int steps = std::min(8, schedule.levels());
    TimeGrid grid = schedule::makeTimeGrid(schedule, {}, steps);
    if (info.inverse)
        std::reverse(grid.levels.begin(), grid.levels.end());
    std::vector<samplers::StepTerms> terms;
    try {
        terms = samplers::stepTerms(spec, schedule, grid);
    } catch (const Error&) {
        return true;  // not on such a grid: to be shown the recorded steps does no harm
    }
    for (std::size_t step = 0; step < terms.size(); ++step)
        for (const samplers::StepTerm& term : terms[step])
            if (term.quantity.step < int(step))
                return true;
    return false;
}

}  // namespace

std::string branchHistoryText(BranchHistory history, const std::string& samplerName)
{
    switch (history) {
        case BranchHistory::notNeeded:
            return {};
        case BranchHistory::replayed:
            return samplerName +
                   " remembers earlier steps; it was shown the recorded ones and goes on as if it had made "
                   "them.";
        case BranchHistory::restarted:
            return samplerName +
                   " remembers earlier steps, which this record does not hold; it starts anew at the branch.";
    }
    return {};
}

TimeGrid branchGrid(const Origin& origin, const NoiseSchedule& schedule, const TimeGrid& grid)
{
    std::vector<NoiseLevel> levels = visitedLevels(origin, schedule);
    const bool isRising = rises(grid.levels);
    if (levels.size() > 1 && isRising != rises(levels))
        throw Error(ErrorCode::invalidOption,
                    "A run that removes noise cannot go on with a sampler that adds it, nor the other way.",
                    "Choose a sampler of the same direction, or start a run of its own.");
    const double here = levels.back().noiseToSignal();
    const auto before = levels.size();
    for (const NoiseLevel& level : grid.levels) {
        const double there = level.noiseToSignal();
        const bool isAhead = isRising           ? there > here * (1 + sameLevelTolerance)
                             : std::isinf(here) ? !std::isinf(there)
                                                : there < here * (1 - sameLevelTolerance);
        if (isAhead)
            levels.push_back(level);
    }
    if (levels.size() == before)
        throw Error(ErrorCode::invalidOption,
                    "The grid has no level left behind frame " + std::to_string(origin.frame()) +
                        ", where the branch begins.",
                    "Branch at an earlier frame, or take more steps.");
    return {std::move(levels)};
}

Tensor branchState(const Origin& origin, const NoiseLevel& level, const record::BatchShape& shape)
{
    const record::Frame& frame = *origin.frames.back();
    const record::BatchShape& had = frame.shape;
    if (had.channels != shape.channels || had.height != shape.height || had.width != shape.width)
        throw Error(ErrorCode::invalidOption,
                    "The model makes images of another size than the run that the branch leaves.",
                    "Choose a model of the same images, or start a run of its own.");
    if (shape.batch > had.batch)
        throw Error(ErrorCode::invalidOption,
                    "The branch asks for " + std::to_string(shape.batch) +
                        " images, but the run that it leaves has " + std::to_string(had.batch) + ".",
                    "Ask for as many images or fewer.");
    Tensor x = tensorOf(frame.xt, shape);
    const bool isSameScale = frame.level.alpha == level.alpha && frame.level.sigma == level.sigma;
    if (isSameScale)
        return x;
    return x * (frame.level.alpha > 0 && level.alpha > 0 ? level.alpha / frame.level.alpha
                                                         : level.sigma / frame.level.sigma);
}

BranchSampler branchSampler(const recipe::SamplerSpec& spec, const NoiseSchedule& schedule,
                            const TimeGrid& grid, const Origin& origin, const record::BatchShape& shape,
                            torch::Device device)
{
    auto sampler = samplers::makeSampler(spec, schedule, grid);
    if (origin.frame() == 0 || !remembers(spec, schedule))
        return {std::move(sampler), BranchHistory::notNeeded, grid};
    if (replay(*sampler, schedule, grid, origin, shape, device))
        return {std::move(sampler), BranchHistory::replayed, grid};
    TimeGrid tail = tailOf(grid, origin.frame());
    auto fresh = samplers::makeSampler(spec, schedule, tail);
    return {std::move(fresh), BranchHistory::restarted, std::move(tail)};
}

std::vector<samplers::StepTerms> branchTerms(const recipe::SamplerSpec& spec, const NoiseSchedule& schedule,
                                             const TimeGrid& grid, const Origin& origin,
                                             BranchHistory history)
{
    const int first = origin.frame();
    const bool isFresh = history == BranchHistory::restarted;
    std::vector<samplers::StepTerms> own =
        samplers::stepTerms(spec, schedule, isFresh ? tailOf(grid, first) : grid);
    if (own.empty())
        return {};
    std::vector<samplers::StepTerms> all(static_cast<std::size_t>(first));
    if (origin.terms)
        std::copy_n(origin.terms->begin(), std::min(all.size(), origin.terms->size()), all.begin());
    for (auto step = own.begin() + (isFresh ? 0 : first); step != own.end(); ++step) {
        all.push_back(std::move(*step));
        if (isFresh)
            for (samplers::StepTerm& term : all.back())
                term.quantity.step += first;
    }
    return all;
}

}  // namespace diffuscope::run
