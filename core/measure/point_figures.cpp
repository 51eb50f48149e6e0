// SPDX-License-Identifier: GPL-3.0-or-later
// Measures samples against fresh exact ones, and exact ones against each other for the floors.
#include "core/measure/point_figures.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace diffuscope::measure {

namespace {

/// One distance: what it is called, of how many points it is taken at most, and how.
struct Distance
{
    std::string id, name;
    std::size_t most;
    double (*between)(const PointCloud&, const PointCloud&);
};

std::vector<Distance> distancesFor(int dimensions, bool hasExactPairing)
{
    std::vector<Distance> distances;
    if (dimensions == 2) {
        distances.push_back(
            {"sliced_w1", "Sliced Wasserstein, order 1", model::mostPoints,
             [](const PointCloud& a, const PointCloud& b) { return slicedWasserstein(a, b, 1); }});
        distances.push_back(
            {"sliced_w2", "Sliced Wasserstein, order 2", model::mostPoints,
             [](const PointCloud& a, const PointCloud& b) { return slicedWasserstein(a, b, 2); }});
    }
    if (dimensions == 1 || hasExactPairing) {
        const std::size_t most = dimensions == 1 ? model::mostPoints : mostPaired;
        distances.push_back(
            {"w1", "Wasserstein, order 1", most,
             [](const PointCloud& a, const PointCloud& b) { return exactWasserstein(a, b, 1); }});
        distances.push_back(
            {"w2", "Wasserstein, order 2", most,
             [](const PointCloud& a, const PointCloud& b) { return exactWasserstein(a, b, 2); }});
    }
    distances.push_back({"energy", "Energy distance", mostCompared, energyDistance});
    distances.push_back(
        {"mmd2", "MMD², kernel sd 1", mostCompared,
         [](const PointCloud& a, const PointCloud& b) { return unbiasedSquaredMmd(a, b, 1); }});
    distances.push_back({"chamfer", "Chamfer distance", mostCompared, chamferDistance});
    return distances;
}

void requireSamples(const model::ExactField* data, const PointCloud& samples)
{
    if (data && data->dimensions() != samples.dimensions)
        throw Error(ErrorCode::invalidOption,
                    "The samples have " + std::to_string(samples.dimensions) + " dimensions, the data has " +
                        std::to_string(data->dimensions()) + ".",
                    "Measure samples of this data.");
    if (samples.size() < 2)
        throw Error(ErrorCode::invalidOption, "There are no two samples to measure.", "Give at least two.");
    for (const double value : samples.values)
        if (!std::isfinite(value))
            throw Error(ErrorCode::invalidOption, "The samples hold a number that is not finite.",
                        "Take more steps, or leave the rows out.");
}

/// Fresh exact samples, number `which`.
std::vector<double> exactSamples(const model::ExactField& data, std::size_t count, std::uint64_t seed,
                                 std::uint64_t which, int label)
{
    // Seeds far from those that people type for their runs.
    return model::drawPoints(data.mixture(), count, (seed << 8) + which + 0x6c61620000000000u, label).values;
}

std::string fullNumber(double value)
{
    if (std::isnan(value))
        return {};
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}

void addMoments(std::vector<PointFigure>& figures, const model::ExactField& data, const PointCloud& samples)
{
    double sum = 0, squares = 0;
    const double count = double(samples.size());
    for (const double value : samples.values)
        sum += value;
    for (const double value : samples.values)
        squares += (value - sum / count) * (value - sum / count);
    const model::Moments moments = model::momentsOf(data.mixture());
    const double sd = std::sqrt(moments.covariance[0]);
    figures.push_back({.id = "mean",
                       .name = "Mean",
                       .value = sum / count,
                       .floor = sd / std::sqrt(count),
                       .truth = moments.mean[0],
                       .points = samples.size()});
    figures.push_back({.id = "sd",
                       .name = "Standard deviation",
                       .value = std::sqrt(squares / count),
                       .floor = sd / std::sqrt(2 * count),
                       .truth = sd,
                       .points = samples.size()});
}

}  // namespace

std::vector<PointFigure> figuresOf(const model::ExactField& data, const PointCloud& samples,
                                   const FigureOptions& options)
{
    requireSamples(&data, samples);
    const auto distances = distancesFor(samples.dimensions, options.hasExactPairing);
    const std::size_t count = samples.size();
    const std::vector<double> reference = exactSamples(data, count, options.seed, 0, options.label);
    std::vector<PointFigure> figures;
    std::vector<std::vector<double>> floors(distances.size());
    const double tasks = double(options.repetitions + 1);
    for (int repetition = 0; repetition < options.repetitions; ++repetition) {
        if (options.progress)
            options.progress(repetition / tasks);
        const auto index = std::uint64_t(repetition);
        const auto a = exactSamples(data, count, options.seed, 2 * index + 1, options.label);
        const auto b = exactSamples(data, count, options.seed, 2 * index + 2, options.label);
        for (std::size_t i = 0; i < distances.size(); ++i) {
            const std::size_t used = std::min(count, distances[i].most);
            floors[i].push_back(distances[i].between(PointCloud{samples.dimensions, a}.first(used),
                                                     PointCloud{samples.dimensions, b}.first(used)));
        }
    }
    if (options.progress)
        options.progress(1 - 1 / tasks);
    for (std::size_t i = 0; i < distances.size(); ++i) {
        const std::size_t used = std::min(count, distances[i].most);
        PointFigure figure{.id = distances[i].id, .name = distances[i].name, .points = used};
        figure.value =
            distances[i].between(samples.first(used), PointCloud{samples.dimensions, reference}.first(used));
        double sum = 0, squares = 0;
        for (const double floor : floors[i])
            sum += floor;
        figure.floor = sum / double(floors[i].size());
        for (const double floor : floors[i])
            squares += (floor - figure.floor) * (floor - figure.floor);
        if (floors[i].size() > 1)
            figure.floorSd = std::sqrt(squares / double(floors[i].size() - 1));
        figures.push_back(figure);
    }
    for (auto& weight : modeWeights(data, samples, options.label))
        figures.push_back(std::move(weight));
    if (samples.dimensions == 1 && options.label < 0)
        addMoments(figures, data, samples);
    return figures;
}

std::vector<PointFigure> figuresBetween(const PointCloud& samples, const PointCloud& reference,
                                        bool hasExactPairing)
{
    requireSamples(nullptr, samples);
    requireSamples(nullptr, reference);
    std::vector<PointFigure> figures;
    const std::size_t count = std::min(samples.size(), reference.size());
    for (const auto& distance : distancesFor(samples.dimensions, hasExactPairing)) {
        const std::size_t used = std::min(count, distance.most);
        figures.push_back({.id = distance.id,
                           .name = distance.name,
                           .value = distance.between(samples.first(used), reference.first(used)),
                           .points = used});
    }
    return figures;
}

std::vector<PointFigure> modeWeights(const model::ExactField& data, const PointCloud& samples, int label)
{
    constexpr std::size_t mostModes = 64;
    const auto& components = data.mixture().components;
    const int classes = data.mixture().classes();
    const bool byComponent = components.size() <= mostModes;
    if (!byComponent && (classes == 0 || label >= 0))
        return {};
    std::map<int, double> truth, counts;
    double total = 0;
    const auto [first, end] = data.componentsOf(label);
    for (std::size_t k = first; k < end; ++k) {
        truth[byComponent ? int(k) : components[k].label] += components[k].weight;
        total += components[k].weight;
    }
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto point =
            samples.values.subspan(i * std::size_t(samples.dimensions), std::size_t(samples.dimensions));
        const std::vector<double> shares =
            data.responsibilities({.t = 0, .alpha = 1, .sigma = 0}, point, label);
        std::map<int, double> byMode;
        for (std::size_t k = first; k < end; ++k)
            byMode[byComponent ? int(k) : components[k].label] += shares[k];
        const auto largest = std::max_element(
            byMode.begin(), byMode.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
        counts[largest->first] += 1;
    }
    std::vector<PointFigure> figures;
    const double count = double(samples.size());
    int number = 0;
    for (const auto& [mode, weight] : truth) {
        const double share = weight / total;
        const std::string text = std::to_string(byComponent ? number++ : mode);
        figures.push_back({.id = "mode_" + text,
                           .name = "Weight of mode " + text,
                           .value = counts[mode] / count,
                           .floor = std::sqrt(share * (1 - share) / count),
                           .truth = share,
                           .points = samples.size()});
    }
    return figures;
}

std::string csvOfFigures(const std::vector<PointFigure>& figures)
{
    std::string text = "figure,value,floor,floor_sd,truth,points\n";
    for (const auto& figure : figures)
        text += figure.id + "," + fullNumber(figure.value) + "," + fullNumber(figure.floor) + "," +
                fullNumber(figure.floorSd) + "," + fullNumber(figure.truth) + "," +
                std::to_string(figure.points) + "\n";
    return text;
}

}  // namespace diffuscope::measure
