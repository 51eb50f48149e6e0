// SPDX-License-Identifier: GPL-3.0-or-later
// Trains a small network on points, a step at a time. No torch in here.
#pragma once

#include "core/model/exact/point_mixture.h"
#include "core/model/mlp/learned_field.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::train {

struct PointTrainingOptions
{
    model::MlpConfig net{};      ///< its dimensions, classes and levels follow from data and schedule
    std::string target = "eps";  ///< eps, x0, v or flow
    schedule::ScheduleSpec schedule{};
    std::int64_t steps = 2000;  ///< after which the learning rate has fallen to 0, if it falls
    int batch = 512;            ///< 1 to 65,536
    double learningRate = 2e-3;
    bool learningRateFalls = true;  ///< along half a cosine; otherwise it stays
    int warmupSteps = 50;
    double weightDecay = 0;
    double gradientClip = 1;
    double emaDecay = 0.998;
    bool usesClasses = false;
    double conditionDropout = 0.1;  ///< share of the points trained without their class
    std::size_t trainPoints = 20'000, testPoints = 2000;
    std::uint64_t seed = 1;

    bool operator==(const PointTrainingOptions&) const = default;
};

/// Points, and for rectified flow the noise that each belongs to.
struct TrainingPoints
{
    model::PointSet points;
    std::vector<double> noises{};  ///< [N, D]; empty where noise is fresh each time
    bool onlyNoisiest = false;     ///< every point is noised to the last level: one-step distillation
};

/// Losses are told for ten parts of the schedule's times, part 0 the cleanest.
constexpr std::size_t lossParts = 10;

/// What a step of training said.
struct TrainingStep
{
    std::int64_t step = 0;  ///< counted from 1
    double loss = 0;        ///< mean square of the error of the target, over the batch
    double gradientNorm = 0;
    double learningRate = 0;
};

/// Everything that changes as a training goes on: for undo, and for sessions.
struct PointTrainingState
{
    std::int64_t step = 0;
    std::vector<float> weights, average, moment1, moment2;
    std::array<double, lossParts> partLoss{}, partWeight{};
};

class PointTrainer
{
public:
    /// Train and test points are drawn from the data. `threads`: 0 is one a core; at most four are used.
    /// Throws Error(invalidOption) for options out of their ranges.
    PointTrainer(const model::PointMixture& data, const PointTrainingOptions& options, int threads = 0);
    /// On these points. Throws Error(invalidOption) for no points, or noises of another number.
    PointTrainer(TrainingPoints points, const PointTrainingOptions& options, int threads = 0);
    ~PointTrainer();
    PointTrainer(const PointTrainer&) = delete;
    PointTrainer& operator=(const PointTrainer&) = delete;

    const PointTrainingOptions& options() const;
    std::int64_t step() const;

    /// One step; a function of (data, options, state), whatever the number of threads. Throws
    /// Error(notFinite) where the training diverges, having gone back to the last good state: a loss that is
    /// not finite, or a hundred times that of a network that says 0.
    TrainingStep advance();

    /// Mean loss of each part of the times over about the last 50 steps; NaN where there has been none.
    std::array<double, lossParts> lossByTime() const;
    /// Loss of the averaged weights on the test points, with noise that is always the same.
    double testLoss() const;

    /// The network as it is, or with its averaged weights.
    model::LearnedField field(bool averaged = true) const;

    PointTrainingState state() const;
    /// Goes back, or on, to a state of a training of the same network. Throws Error(invalidOption) for
    /// another.
    void restore(const PointTrainingState& state);
    /// Another rate from now on. Throws Error(invalidOption).
    void setLearningRate(double rate);

private:
    class Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

}  // namespace diffuscope::train
