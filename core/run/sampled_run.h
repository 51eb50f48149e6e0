// SPDX-License-Identifier: GPL-3.0-or-later
// The run of a denoiser and a sampler: the sampling loop, with every step recorded.
#pragma once

#include "core/edit/inversion.h"
#include "core/run/branch.h"
#include "core/run/first_evaluation_cache.h"
#include "core/run/frame_recorder.h"
#include "core/run/run.h"
#include "core/run/sampling_loop.h"

#include <functional>

namespace diffuscope::run {

using torch::Tensor;

/// Everything that a run is made of.
struct RunParts
{
    schedule::NoiseSchedule schedule;
    schedule::TimeGrid grid;
    std::unique_ptr<denoise::Denoiser> denoiser;
    std::unique_ptr<samplers::Sampler> sampler;
    std::unique_ptr<NoiseSource> noise;
    recipe::Condition condition{};
    record::BatchShape shape;
    torch::Device device = torch::kCPU;
    /// The state [B, C, H, W] to start from; where undefined, noise of the seed.
    Tensor start{};
    /// Finds the state to start from by asking the denoiser, and the noise that the steps are to draw; null
    /// where nothing is inverted. Called once, before the first step.
    std::function<edit::Inverted(denoise::Denoiser& denoiser, samplers::Sampler& sampler,
                                 const std::stop_token& stop)>
        invert{};
    /// Computes in float64 instead of float32; the record keeps floats all the same.
    bool isDouble = false;
    std::size_t recordBytes = record::MemoryBudget::defaultBytes;
    /// Quantities that a frame is expected to store (x_t, x0Hat, unconditional, …), for the memory budget.
    int storedPerFrame = 2;
    /// What is recorded of the evaluations after a step's first.
    samplers::FurtherValues further{};
    /// What `sampler` was made from; where it is given, the run knows the terms of its steps.
    std::optional<recipe::SamplerSpec> samplerSpec{};
    /// What is known of the run's first evaluation once it was made; null where nothing is remembered.
    std::shared_ptr<const FirstEvaluation> firstEvaluation{};
    /// The frames that the run goes on from, and this one at full precision (see RunStart).
    RunStart begin{};
    /// In a branch: what became of the sampler's memory, and what it sees as its grid where that is not
    /// `grid` (see BranchSampler).
    BranchHistory history = BranchHistory::notNeeded;
    std::optional<schedule::TimeGrid> samplerGrid{};
    /// Where the network looks for each word, of a state [B, C, H, W] at a level; null where it reads none.
    std::function<record::TextAttention(const Tensor& x, const schedule::NoiseLevel& level)> attention{};
    /// Where each advance() leaves its token, for a denoiser that can stop in the middle of an evaluation.
    std::shared_ptr<std::stop_token> stop{};
};

/// Computes in inference mode, on the thread that advances it.
class SampledRun final : public Run
{
public:
    explicit SampledRun(RunParts parts);

    const schedule::NoiseSchedule& schedule() const override { return m_parts.schedule; }
    const schedule::TimeGrid& grid() const override { return m_parts.grid; }
    record::BatchShape shape() const override { return m_parts.shape; }
    bool hasIndependentImages() const override;
    int keyInterval() const override { return m_budget.keyInterval(); }
    int reusedEvaluations() const override;
    std::vector<samplers::StepTerms> terms() const override;
    std::vector<record::FramePtr> framesBefore() const override;
    std::string remark() const override;
    std::vector<double> state() const override;
    void recordAttention(bool isRecorded) override { m_recordsAttention = isRecorded; }

    /// After anything was thrown the run is over and further calls return null. What the denoiser or the
    /// sampler throws arrives as Error or Cancelled.
    record::FramePtr advance(const std::stop_token& stop) override;

private:
    record::FramePtr step(const std::stop_token& stop);
    Tensor startingState();
    void invert(const std::stop_token& stop);
    std::unique_ptr<SamplingLoop> makeLoop(const std::stop_token& stop);
    record::Precision precisionOf(int frame) const;

    RunParts m_parts;
    record::MemoryBudget m_budget;
    std::unique_ptr<SamplingLoop> m_loop;
    int m_evaluationsOfInversion = 0;
    double m_missedByInversion = 0;  ///< known after the first step
    bool m_isOver = false;
    bool m_recordsAttention = false;
};

}  // namespace diffuscope::run
