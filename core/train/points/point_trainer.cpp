// SPDX-License-Identifier: GPL-3.0-or-later
// Gradients of the parts of a batch on several threads, and one update.
#include "core/train/points/point_trainer.h"

#include "core/base/error.h"
#include "core/inference/thread_crew.h"
#include "core/model/mlp/mlp_kernels.h"
#include "core/schedule/schedule_registry.h"
#include "core/train/points/noised_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <thread>

namespace diffuscope::train {

namespace {

using model::MlpPass;

/// A batch is cut into parts of so many points, whatever the threads, so that sums do not depend on them.
constexpr int partRows = 128;
constexpr int mostThreads = 4;
/// A good state is kept every so many steps, to go back to.
constexpr int keptEvery = 50;

void require(bool fits, const char* message, const char* hint)
{
    if (!fits)
        throw Error(ErrorCode::invalidOption, message, hint);
}

void checkTraining(const PointTrainingOptions& options)
{
    const auto isCount = [](std::size_t count) { return count >= 1 && count <= model::mostPoints; };
    require(options.steps >= 1, "A training has at least one step.", "Train for 2000 steps.");
    require(options.batch >= 1 && options.batch <= 65'536, "A batch has from 1 to 65536 points.",
            "Take 512.");
    require(std::isfinite(options.learningRate) && options.learningRate > 0 && options.learningRate <= 1000,
            "The learning rate must be above 0 and at most 1000.", "Take 0.002.");
    require(options.emaDecay >= 0 && options.emaDecay < 1,
            "The decay of the average must be from 0 to below 1.", "Take 0.998.");
    require(options.conditionDropout >= 0 && options.conditionDropout <= 1,
            "The share of points without their class must be from 0 to 1.", "Take 0.1.");
    require(isCount(options.trainPoints) && isCount(options.testPoints),
            "A training has from 1 to 1000000 points.", "Take 20000.");
    require(options.gradientClip > 0 && options.weightDecay >= 0,
            "The gradient's limit must be above 0, and the weights' decay not below it.", "Take 1 and 0.");
}

model::MlpConfig shapeOf(const PointTrainingOptions& options, const model::PointSet& points)
{
    model::MlpConfig config = options.net;
    config.dimensions = points.dimensions;
    config.levels = schedule::makeSchedule(options.schedule).levels();
    config.classes = 0;
    if (options.usesClasses)
        for (const int label : points.labels)
            config.classes = std::max(config.classes, label + 1);
    require(!options.usesClasses || config.classes > 0, "The points have no classes.",
            "Train without a condition.");
    return config;
}

int threadsFor(const PointTrainingOptions& options, int threads)
{
    const int wanted = threads > 0 ? threads : int(std::max(1u, std::thread::hardware_concurrency()));
    return std::clamp(wanted, 1, std::min(mostThreads, (options.batch + partRows - 1) / partRows));
}

/// What one part of a batch is worked on with.
struct Workplace
{
    Workplace(const model::MlpConfig& config, std::size_t weights)
        : pass(config, partRows),
          gradient(weights),
          outputGradient(std::size_t(partRows * MlpPass::outputStride))
    {
    }

    NoisedRows batch;
    MlpPass pass;
    std::vector<float> gradient, outputGradient;
    double loss = 0;
    std::array<double, lossParts> partLoss{}, partCount{};
};

}  // namespace

class PointTrainer::Implementation
{
public:
    Implementation(TrainingPoints train, model::PointSet test, const PointTrainingOptions& options,
                   int threads)
        : m_options(options),
          m_train(std::move(train)),
          m_test(std::move(test)),
          m_target(denoise::predictionTarget(options.target)),
          m_noiser(options, m_target),
          m_targetSize(m_noiser.targetSize(m_train.points)),
          m_net(model::LearnedField(model::Mlp(shapeOf(options, m_train.points), options.seed), m_target,
                                    options.schedule)
                    .net()),
          m_average(m_net.weights()),
          m_moment1(m_average.size(), 0),
          m_moment2(m_average.size(), 0),
          m_crew(threadsFor(options, threads))
    {
        for (int first = 0; first < options.batch; first += partRows)
            m_places.push_back(std::make_unique<Workplace>(m_net.config(), m_average.size()));
        m_good = state();
    }

    TrainingStep advance()
    {
        const std::size_t parts = m_places.size();
        m_crew.run(m_crew.size(), [&](std::size_t thread) {
            for (std::size_t part = thread; part < parts; part += m_crew.size())
                work(*m_places[part], int(part) * partRows);
        });
        std::vector<float>& gradient = m_places.front()->gradient;
        double loss = m_places.front()->loss;
        for (std::size_t part = 1; part < parts; ++part) {
            const auto& other = m_places[part]->gradient;
            for (std::size_t i = 0; i < gradient.size(); ++i)
                gradient[i] += other[i];
            loss += m_places[part]->loss;
        }
        double square = 0;
        for (const float value : gradient)
            square += double(value) * double(value);
        const double norm = std::sqrt(square);
        if (!std::isfinite(loss) || !std::isfinite(norm) || loss > 100 * m_targetSize)
            goBack();
        if (m_step % keptEvery == 0)
            m_good = state();
        const double rate = rateAt(m_step);
        update(rate, norm);
        gatherParts();
        return {.step = m_step, .loss = loss, .gradientNorm = norm, .learningRate = rate};
    }

    std::array<double, lossParts> lossByTime() const
    {
        std::array<double, lossParts> losses{};
        for (std::size_t i = 0; i < lossParts; ++i)
            losses[i] = m_partWeight[i] > 0 ? m_partLoss[i] / m_partWeight[i]
                                            : std::numeric_limits<double>::quiet_NaN();
        return losses;
    }

    double testLoss() const
    {
        const NoisedRows rows = m_noiser.ofTest(m_test);
        const auto output = averaged().forward(rows.x, rows.times, rows.labels);
        double sum = 0;
        for (std::size_t i = 0; i < output.size(); ++i)
            sum += std::pow(double(output[i]) - double(rows.targets[i]), 2);
        return sum / double(output.size());
    }

    model::LearnedField field(bool isAveraged) const
    {
        return {isAveraged ? averaged() : m_net, m_target, m_options.schedule};
    }

    PointTrainingState state() const
    {
        return {m_step, m_net.weights(), m_average, m_moment1, m_moment2, m_partLoss, m_partWeight};
    }

    void restore(const PointTrainingState& state)
    {
        const std::size_t count = m_average.size();
        require(state.step >= 0 && state.weights.size() == count && state.average.size() == count &&
                    state.moment1.size() == count && state.moment2.size() == count,
                "The state is of a training of another network.", "Go back to a state of this training.");
        m_step = state.step;
        m_net.weights() = state.weights;
        m_average = state.average;
        m_moment1 = state.moment1;
        m_moment2 = state.moment2;
        m_partLoss = state.partLoss;
        m_partWeight = state.partWeight;
        m_good = state;
    }

    const PointTrainingOptions& options() const { return m_options; }
    std::int64_t step() const { return m_step; }
    void setLearningRate(double rate)
    {
        PointTrainingOptions changed = m_options;
        changed.learningRate = rate;
        checkTraining(changed);
        m_options = changed;
    }

private:
    model::Mlp averaged() const
    {
        model::Mlp net = m_net;
        net.weights() = m_average;
        return net;
    }

    double rateAt(std::int64_t step) const
    {
        if (step < m_options.warmupSteps)
            return m_options.learningRate * double(step + 1) / m_options.warmupSteps;
        if (!m_options.learningRateFalls)
            return m_options.learningRate;
        const double span = double(std::max<std::int64_t>(1, m_options.steps - m_options.warmupSteps));
        const double progress = std::min(1.0, double(step - m_options.warmupSteps) / span);
        return m_options.learningRate * 0.5 * (1 + std::cos(std::numbers::pi * progress));
    }

    /// Loss and gradient of the rows firstRow … of the step's batch.
    void work(Workplace& place, int firstRow) const
    {
        const int dimensions = m_net.config().dimensions;
        const int rows = std::min(partRows, m_options.batch - firstRow);
        place.batch.resize(rows, dimensions);
        m_noiser.fill(place.batch, m_train, m_step, firstRow);
        place.pass.forward(m_net, place.batch.x.data(), place.batch.times.data(), place.batch.labels.data(),
                           rows, true);
        std::fill(place.gradient.begin(), place.gradient.end(), 0.0f);
        std::fill(place.outputGradient.begin(), place.outputGradient.end(), 0.0f);
        place.loss = 0;
        place.partLoss = {};
        place.partCount = {};
        const double share = 1.0 / (double(m_options.batch) * dimensions);
        for (int row = 0; row < rows; ++row)
            for (int d = 0; d < dimensions; ++d) {
                const int at = row * MlpPass::outputStride + d;
                const double error = double(place.pass.output()[at]) -
                                     double(place.batch.targets[std::size_t(row * dimensions + d)]);
                place.loss += share * error * error;
                place.outputGradient[std::size_t(at)] = float(2 * share * error);
                const auto part = std::size_t(place.batch.parts[std::size_t(row)]);
                place.partLoss[part] += error * error;
                place.partCount[part] += 1;
            }
        place.pass.backward(m_net, place.outputGradient.data(), place.gradient.data());
    }

    void update(double rate, double norm)
    {
        const double count = double(m_step + 1);
        model::AdamStep step;
        step.stepSize = float(rate / (1 - std::pow(double(step.beta1), count)));
        step.rootCorrection = float(1 / std::sqrt(1 - std::pow(double(step.beta2), count)));
        step.shrink = float(1 - rate * m_options.weightDecay);
        step.gradientScale = float(norm > m_options.gradientClip ? m_options.gradientClip / norm : 1);
        // The average forgets the first, bad weights faster.
        step.averageShare = float(1 - std::min(m_options.emaDecay, (1 + count) / (10 + count)));
        model::updateWeights(step, m_places.front()->gradient.data(), m_net.weights().data(),
                             m_average.data(), m_moment1.data(), m_moment2.data(), m_average.size());
        ++m_step;
    }

    /// The losses of the times, as means that forget over about 50 steps.
    void gatherParts()
    {
        for (std::size_t i = 0; i < lossParts; ++i) {
            m_partLoss[i] *= 0.98;
            m_partWeight[i] *= 0.98;
            for (const auto& place : m_places) {
                m_partLoss[i] += place->partLoss[i];
                m_partWeight[i] += place->partCount[i];
            }
        }
    }

    [[noreturn]] void goBack()
    {
        const std::int64_t at = m_step + 1;
        restore(PointTrainingState(m_good));
        throw Error(
            ErrorCode::notFinite, "The training diverged in step " + std::to_string(at) + ".",
            "Lower the learning rate; the weights are those of step " + std::to_string(m_step) + " again.");
    }

    PointTrainingOptions m_options;
    TrainingPoints m_train;
    model::PointSet m_test;
    denoise::PredictionTarget m_target;
    PointNoiser m_noiser;
    double m_targetSize;
    model::Mlp m_net;
    std::vector<float> m_average, m_moment1, m_moment2;
    std::array<double, lossParts> m_partLoss{}, m_partWeight{};
    std::int64_t m_step = 0;
    std::vector<std::unique_ptr<Workplace>> m_places;
    PointTrainingState m_good;
    inference::ThreadCrew m_crew;
};

namespace {

TrainingPoints drawnFor(const model::PointMixture& data, const PointTrainingOptions& options)
{
    checkTraining(options);
    return {.points = model::drawPoints(data, options.trainPoints, options.seed)};
}

TrainingPoints checkedPoints(TrainingPoints points)
{
    require(points.points.size() > 0, "There are no points to train on.", "Give at least one.");
    require(points.noises.empty() || points.noises.size() == points.points.values.size(),
            "There are not as many noises as points.", "Give one for each point, or none.");
    return points;
}

/// Of points that somebody gave, the first.
model::PointSet testPointsOf(const model::PointSet& train, std::size_t most)
{
    model::PointSet test{.dimensions = train.dimensions, .values = {}, .labels = {}};
    for (std::size_t k = 0; k < std::min(most, train.size()); ++k)
        test.add({train.point(k)[0], train.dimensions == 2 ? train.point(k)[1] : 0}, train.labels[k]);
    return test;
}

}  // namespace

PointTrainer::PointTrainer(const model::PointMixture& data, const PointTrainingOptions& options, int threads)
    : m_implementation(std::make_unique<Implementation>(
          drawnFor(data, options), model::drawPoints(data, options.testPoints, options.seed + 0x74657374u),
          options, threads))
{
}

PointTrainer::PointTrainer(TrainingPoints points, const PointTrainingOptions& options, int threads)
{
    checkTraining(options);
    points = checkedPoints(std::move(points));
    model::PointSet test = testPointsOf(points.points, options.testPoints);
    m_implementation = std::make_unique<Implementation>(std::move(points), std::move(test), options, threads);
}

PointTrainer::~PointTrainer() = default;

const PointTrainingOptions& PointTrainer::options() const
{
    return m_implementation->options();
}

std::int64_t PointTrainer::step() const
{
    return m_implementation->step();
}

TrainingStep PointTrainer::advance()
{
    return m_implementation->advance();
}

std::array<double, lossParts> PointTrainer::lossByTime() const
{
    return m_implementation->lossByTime();
}

double PointTrainer::testLoss() const
{
    return m_implementation->testLoss();
}

model::LearnedField PointTrainer::field(bool averaged) const
{
    return m_implementation->field(averaged);
}

PointTrainingState PointTrainer::state() const
{
    return m_implementation->state();
}

void PointTrainer::restore(const PointTrainingState& state)
{
    m_implementation->restore(state);
}

void PointTrainer::setLearningRate(double rate)
{
    m_implementation->setLearningRate(rate);
}

}  // namespace diffuscope::train
