// SPDX-License-Identifier: GPL-3.0-or-later
// Draws point, time, noise and class of each row from counter-based streams.
#include "core/train/points/noised_points.h"

#include "core/random/philox.h"
#include "core/schedule/schedule_registry.h"

#include <algorithm>

namespace diffuscope::train {

namespace {

using denoise::PredictionTarget;

/// The draws of a training and of its test, apart from those of runs.
constexpr std::uint32_t trainingDraw = 0x7472u, testDraw = 0x7465u;

/// What a network is to say of x = alpha·x0 + sigma·eps.
double expectedOutput(PredictionTarget target, double x0, double eps, const schedule::NoiseLevel& level)
{
    switch (target) {
        case PredictionTarget::eps:
            return eps;
        case PredictionTarget::x0:
            return x0;
        case PredictionTarget::v:
            return level.alpha * eps - level.sigma * x0;
        default:
            return eps - x0;
    }
}

}  // namespace

/// Where the numbers of a row come from.
struct PointNoiser::Source
{
    const model::PointSet& points;
    std::size_t index;
    std::span<const double> noises;
    bool onlyNoisiest;
    random::NormalStream stream;
};

void NoisedRows::resize(int rows, int dimensions)
{
    x.resize(std::size_t(rows) * std::size_t(dimensions));
    targets.resize(x.size());
    times.resize(std::size_t(rows));
    labels.resize(std::size_t(rows));
    parts.resize(std::size_t(rows));
}

PointNoiser::PointNoiser(const PointTrainingOptions& options, PredictionTarget target)
    : m_options(options), m_target(target), m_schedule(schedule::makeSchedule(options.schedule))
{
}

void PointNoiser::noise(NoisedRows& rows, int row, const Source& source) const
{
    const int levels = m_schedule.levels();
    const int t = source.onlyNoisiest ? levels - 1
                                      : std::min(levels - 1, int(random::uniform(source.stream, 1) * levels));
    const schedule::NoiseLevel level = m_schedule.level(t);
    const auto dimensions = std::size_t(source.points.dimensions);
    std::array<double, 2> fresh{};
    random::fillNormal(source.stream, std::span<double>(fresh).first(dimensions));
    for (std::size_t d = 0; d < dimensions; ++d) {
        const std::size_t to = std::size_t(row) * dimensions + d, from = source.index * dimensions + d;
        const double x0 = source.points.values[from];
        const double eps = source.noises.empty() ? fresh[d] : source.noises[from];
        rows.x[to] = float(level.alpha * x0 + level.sigma * eps);
        rows.targets[to] = float(expectedOutput(m_target, x0, eps, level));
    }
    const auto at = std::size_t(row);
    rows.times[at] = float(t);
    rows.parts[at] = int(std::int64_t(t) * std::int64_t(lossParts) / levels);
    const bool isDropped = random::uniform(source.stream, 2) < m_options.conditionDropout;
    rows.labels[at] = m_options.usesClasses && !isDropped ? source.points.labels[source.index] : -1;
}

void PointNoiser::fill(NoisedRows& rows, const TrainingPoints& train, std::int64_t step, int firstRow) const
{
    const std::size_t count = train.points.size();
    for (int row = 0; row < rows.rows(); ++row) {
        const random::NormalStream stream{m_options.seed, std::uint32_t(firstRow + row), std::uint32_t(step),
                                          trainingDraw};
        const auto index = std::min(std::size_t(random::uniform(stream, 0) * double(count)), count - 1);
        noise(rows, row, {train.points, index, train.noises, train.onlyNoisiest, stream});
    }
}

NoisedRows PointNoiser::ofTest(const model::PointSet& test) const
{
    NoisedRows rows;
    rows.resize(int(test.size()), test.dimensions);
    for (int row = 0; row < rows.rows(); ++row)
        noise(rows, row,
              {test, std::size_t(row), {}, false, {m_options.seed, std::uint32_t(row), 0, testDraw}});
    return rows;
}

double PointNoiser::targetSize(const model::PointSet& points) const
{
    if (m_target == PredictionTarget::eps)
        return 1;
    double sum = 0;
    for (const double value : points.values)
        sum += value * value;
    return 1 + sum / double(points.values.size());
}

}  // namespace diffuscope::train
