// SPDX-License-Identifier: GPL-3.0-or-later
// From a network's output to the clean point and the noise.
#include "core/model/mlp/learned_field.h"

#include "core/base/error.h"
#include "core/denoise/training_level.h"
#include "core/random/philox.h"
#include "core/schedule/schedule_registry.h"

#include <algorithm>
#include <cmath>
#include <thread>

namespace diffuscope::model {

namespace {

using denoise::PredictionTarget;

/// x0 and eps of one number x = alpha·x0 + sigma·eps, given what the network said of it.
std::pair<double, double> cleanAndNoise(PredictionTarget target, double x, double output,
                                        const schedule::NoiseLevel& level)
{
    const double a = level.alpha, s = level.sigma;
    switch (target) {
        case PredictionTarget::eps:
            return {(x - s * output) / a, output};
        case PredictionTarget::x0:
            return {output, s > 0 ? (x - a * output) / s : 0};
        case PredictionTarget::v:  // alpha·eps − sigma·x0 on alpha² + sigma² = 1
            return {a * x - s * output, s * x + a * output};
        default:  // the velocity eps − x0 on alpha + sigma = 1
            return {x - s * output, x + a * output};
    }
}

}  // namespace

LearnedField::LearnedField(Mlp net, PredictionTarget target, schedule::ScheduleSpec schedule)
    : m_net(std::move(net)),
      m_target(target),
      m_spec(std::move(schedule)),
      m_schedule(schedule::makeSchedule(m_spec))
{
    if (target == PredictionTarget::edm)
        throw Error(ErrorCode::invalidOption, "Small networks have no target \"edm\".",
                    "Use eps, x0, v or flow.");
    if (target == PredictionTarget::flow && m_schedule.isVariancePreserving())
        throw Error(ErrorCode::invalidOption, "The target \"flow\" needs a schedule with alpha + sigma = 1.",
                    "Train on the schedule rectified_flow.");
    if (target == PredictionTarget::v && !m_schedule.isVariancePreserving())
        throw Error(ErrorCode::invalidOption, "The target \"v\" needs a schedule with alpha² + sigma² = 1.",
                    "Train on the schedule linear or cosine.");
}

void LearnedField::requireClass(int label) const
{
    if (label >= classes())
        throw Error(ErrorCode::invalidOption, "The network has no class " + std::to_string(label) + ".",
                    classes() == 0 ? "It was trained without classes; ask for none."
                                   : "Choose a class from 0 to " + std::to_string(classes() - 1) + ".");
}

void LearnedField::estimate(const schedule::NoiseLevel& level, std::span<const double> points, double* x0Hat,
                            double* epsHat, int label, int threads) const
{
    requireClass(label);
    const auto dimensions = std::size_t(this->dimensions());
    const std::size_t rows = points.size() / dimensions;
    const schedule::NoiseLevel known = denoise::trainingLevel(m_schedule, level);
    const double scale = denoise::toTrainingScale(level, known);
    const auto evaluatePart = [&](std::size_t begin, std::size_t end) {
        std::vector<float> inputs;
        inputs.reserve((end - begin) * dimensions);
        for (std::size_t i = begin * dimensions; i < end * dimensions; ++i)
            inputs.push_back(float(scale * points[i]));
        const std::vector<float> times(end - begin, float(known.t));
        const std::vector<int> labels(end - begin, label);
        const std::vector<float> outputs = m_net.forward(inputs, times, labels);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const std::size_t index = begin * dimensions + i;
            const auto [clean, noise] = cleanAndNoise(m_target, scale * points[index], outputs[i], known);
            if (x0Hat)
                x0Hat[index] = clean;
            if (epsHat)
                epsHat[index] = noise;
        }
    };
    const std::size_t allowed =
        threads > 0 ? std::size_t(threads) : std::max(1u, std::thread::hardware_concurrency());
    const std::size_t parts = std::clamp<std::size_t>(rows / 256, 1, allowed);
    std::vector<std::jthread> others;
    for (std::size_t part = 1; part < parts; ++part)
        others.emplace_back(evaluatePart, rows * part / parts, rows * (part + 1) / parts);
    evaluatePart(0, rows / parts);
    others.clear();  // waits
    const double* const any = x0Hat ? x0Hat : epsHat;
    if (any && !std::all_of(any, any + points.size(), [](double value) { return std::isfinite(value); }))
        throw Error(ErrorCode::notFinite, "The small network produced numbers that are not finite.",
                    "Its training may have diverged: go back to an earlier state.");
}

std::vector<double> LearnedField::score(const schedule::NoiseLevel& level, std::span<const double> points,
                                        int label) const
{
    std::vector<double> values(points.size());
    estimate(level, points, nullptr, values.data(), label, 1);
    for (double& value : values)
        value /= -level.sigma;
    return values;
}

FieldError fieldError(const LearnedField& learned, const ExactField& exact, const schedule::NoiseLevel& level,
                      int samples, std::uint64_t seed, int label)
{
    PointSet points = drawPoints(exact.mixture(), std::size_t(samples), seed, label);
    std::vector<double> noise(points.values.size());
    random::fillNormal({seed, 0, random::NormalStream::oracleData, 1}, noise);
    for (std::size_t i = 0; i < noise.size(); ++i)
        points.values[i] = level.alpha * points.values[i] + level.sigma * noise[i];
    const FieldValues truth = exact.evaluate(level, points.values, label);
    const std::vector<double> said = learned.score(level, points.values, label);
    double error = 0, size = 0;
    for (std::size_t i = 0; i < said.size(); ++i) {
        error += (said[i] - truth.score[i]) * (said[i] - truth.score[i]);
        size += truth.score[i] * truth.score[i];
    }
    return {error / samples, std::sqrt(error / size)};
}

}  // namespace diffuscope::model
