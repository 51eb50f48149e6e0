// SPDX-License-Identifier: GPL-3.0-or-later
// Impulses and quantiles through the real samplers.
#include "core/measure/sampler_error.h"

#include "core/base/error.h"
#include "core/measure/point_distances.h"
#include "core/model/exact/reverse_conditional.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace diffuscope::measure {

namespace {

/// More draws in a step than any sampler makes on average.
constexpr int mostDrawsAStep = 64;

void requireLineOf(const model::ExactField& field)
{
    if (field.dimensions() != 1)
        throw Error(ErrorCode::invalidOption, "Sampler errors are exact for data on a line only.",
                    "Choose data of one dimension, such as exact:gaussian:sd=0.5.");
}

}  // namespace

double GaussianResponse::sd(double startSd) const
{
    return std::sqrt(gain * gain * startSd * startSd + noiseVariance);
}

GaussianResponse responseTo(std::shared_ptr<const model::ExactField> field, const recipe::Recipe& recipe)
{
    requireLineOf(*field);
    if (field->mixture().components.size() != 1)
        throw Error(ErrorCode::invalidOption, "The exact response is known for a single Gaussian.",
                    "Choose exact:gaussian.");
    for (int drawsAStep = 1; drawsAStep <= mostDrawsAStep; drawsAStep *= 4) {
        // Points: all zero; x_T = 1; and one for each draw of noise that the run may make.
        const std::size_t points = 2 + std::size_t(drawsAStep) * std::size_t(recipe.steps);
        int draws = 0;
        run::PointOptions options;
        options.start.assign(points, 0);
        options.start[1] = 1;
        options.noise = [&draws](int draw, std::span<double> values) {
            draws = draw + 1;
            if (2 + std::size_t(draw) < values.size())
                values[2 + std::size_t(draw)] = 1;
        };
        const run::PointRun run = run::samplePoints(field, recipe, options);
        if (2 + std::size_t(draws) > points)
            continue;
        GaussianResponse response{.gain = run.samples[1] - run.samples[0],
                                  .offset = run.samples[0],
                                  .noiseVariance = 0,
                                  .evaluations = run.evaluations};
        for (std::size_t i = 2; i < points; ++i)
            response.noiseVariance += std::pow(run.samples[i] - run.samples[0], 2);
        return response;
    }
    throw Error(ErrorCode::invalidOption, "The sampler draws noise too often for an exact response.",
                "Take another sampler.");
}

LineError lineError(std::shared_ptr<const model::ExactField> field, const recipe::Recipe& recipe, int count,
                    double threshold, double startSd)
{
    requireLineOf(*field);
    run::PointOptions options;
    for (int i = 0; i < count; ++i)
        options.start.push_back(startSd * normalQuantile((i + 0.5) / count));
    const std::vector<double> truth = model::quantilesOf(*field, {.t = 0, .alpha = 1, .sigma = 0}, count);
    LineError error{.steps = recipe.steps};
    options.noise = [&error](int, std::span<double>) { error.drewNoise = true; };
    const run::PointRun run = run::samplePoints(std::move(field), recipe, options);
    error.evaluations = run.evaluations;
    error.w1 = wassersteinOnLine(run.samples, truth, 1);
    error.w2 = wassersteinOnLine(run.samples, truth, 2);
    const auto above =
        std::count_if(run.samples.begin(), run.samples.end(), [=](double x) { return x > threshold; });
    error.massAbove = double(above) / count;
    return error;
}

double normalQuantile(double p)
{
    const auto below = [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); };
    if (p > 0.5)
        return -normalQuantile(1 - p);
    // Abramowitz & Stegun 26.2.23, to 4.5e-4, then Newton's steps with the exact distribution.
    const double t = std::sqrt(-2 * std::log(p));
    double x = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                         (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
    for (int i = 0; i < 4; ++i)
        x -= (below(x) - p) * std::sqrt(2 * std::numbers::pi) * std::exp(x * x / 2);
    return x;
}

}  // namespace diffuscope::measure
