// SPDX-License-Identifier: GPL-3.0-or-later
// The loop around a sampler: one step at a time, every evaluation counted, timed and cancellable in one
// place.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/run/noise_source.h"
#include "core/samplers/sampler.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace diffuscope::run {

using denoise::Prediction;
using schedule::NoiseLevel;
using torch::Tensor;

/// How the initial state follows from N(0, 1) noise.
enum class InitialScale {
    /// sqrt(alpha² + sigma²)·noise: the state of data with mean 0 and variance 1; plain N(0, 1) for
    /// variance-preserving schedules. The program's own.
    unitData,
    /// sigma·noise: the state of data that is 0 everywhere. Other programs do this for some grids
    /// ("init_noise_sigma" = sigma/alpha instead of sqrt((sigma/alpha)² + 1)).
    noiseOnly,
};

/// The initial state at `level` from noise [B, …].
Tensor initialState(const Tensor& noise, const NoiseLevel& level,
                    InitialScale scale = InitialScale::unitData);

/// What happened in one step.
struct StepReport
{
    Tensor x;     ///< the state before the step
    Tensor next;  ///< the state after it
    /// The denoiser's first answer in this step; of the step before where the sampler made no evaluation (a
    /// multistep sampler that reuses one), absent where there has been none.
    std::optional<Prediction> prediction;
    /// `prediction` is of this step's x at this step's level (not so with churn, or where it was reused).
    bool predictionIsOfState = false;
    NoiseLevel predictionLevel{};  ///< that `prediction` is of
    /// The denoiser's further answers in this step, as many as LoopParts::furtherKept.
    std::vector<Prediction> further;
    /// The level of each evaluation, in order. A guided pair is one evaluation.
    std::vector<NoiseLevel> evaluated;
    double denoiserMs = 0;  ///< time inside the denoiser
    double totalMs = 0;     ///< time of the step
};

/// Parts of a run that the loop uses but does not own; they must outlive it.
struct LoopParts
{
    denoise::Denoiser& denoiser;
    samplers::Sampler& sampler;
    const schedule::NoiseSchedule& schedule;
    const schedule::TimeGrid& grid;
    NoiseSource& noise;
    recipe::Condition condition{};
    /// How many answers after the first a step's report holds.
    int furtherKept = 0;
    /// The step to begin with, in a run that goes on from another one's state.
    int firstStep = 0;
    /// Evaluations before it.
    int evaluationsBefore = 0;
    /// Where it is given, the sampler sees this grid, whose step 0 is `firstStep`.
    const schedule::TimeGrid* samplerGrid = nullptr;
};

class SamplingLoop
{
public:
    /// Starts from the state x [B, …] at grid[firstStep], in the type in which the loop is to compute.
    SamplingLoop(LoopParts parts, Tensor x);

    bool isDone() const { return m_index == m_parts.grid.steps(); }
    /// Steps that were done.
    int index() const { return m_index; }
    const Tensor& state() const { return m_x; }
    int totalEvaluations() const { return m_totalEvaluations; }

    /// Does one step. Throws Cancelled when the token is set before an evaluation (the loop cannot go on
    /// then: a sampler may be in the middle of its history), and Error(notFinite) when the sampler's state
    /// is.
    StepReport advance(const std::stop_token& stop = {});

private:
    Prediction evaluate(const Tensor& x, const NoiseLevel& level, const std::stop_token& stop,
                        StepReport& report);

    LoopParts m_parts;
    Tensor m_x;
    int m_index = 0;
    int m_totalEvaluations = 0;
    std::optional<Prediction> m_lastPrediction;
    NoiseLevel m_lastPredictionLevel{};
};

}  // namespace diffuscope::run
