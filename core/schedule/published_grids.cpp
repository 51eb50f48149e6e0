// SPDX-License-Identifier: GPL-3.0-or-later
// Grids of sigmas that were published as short tables or closed formulas of their own.
#include "core/schedule/grid_rules.h"
#include "core/schedule/schedule_families.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace diffuscope::schedule {

namespace {

using base::number;
using base::Option;
using base::OptionValues;

/// 1 − v with v linear in the first half and quadratic in the second (Genmo, Mochi; ComfyUI).
std::vector<double> linearQuadraticShares(int n, double threshold, int linearSteps)
{
    if (n == 1)
        return {1};
    const int line = std::clamp(linearSteps > 0 ? linearSteps : n / 2, 1, n);
    const int rest = n - line;
    const double left = line - threshold * n;
    const double bend = rest > 0 ? left / (double(line) * rest * rest) : 0;
    const double slope = rest > 0 ? threshold / line - 2 * left / (double(rest) * rest) : 0;
    std::vector<double> shares;
    for (int i = 0; i < n; ++i) {
        const double v = i < line ? i * threshold / line : bend * i * i + slope * i + bend * line * line;
        shares.push_back(1 - v);
    }
    return shares;
}

TimeGrid linearQuadratic(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const double threshold = number(values, "threshold");
    const int line = base::integer(values, "linear_steps");
    const bool endsClean = base::text(values, "final") == "clean";
    const auto sigmas = [=](double kMax, double kMin, int n) {
        std::vector<double> shares = linearQuadraticShares(endsClean ? n : n - 1, threshold, line);
        for (double& share : shares)
            share *= kMax;
        if (!endsClean)
            shares.push_back(kMin);
        return shares;
    };
    return throughSigmas(sigmas, schedule, values, steps);
}

/// kMin + (kMax − kMin)·f(p) with p from 0 to 1.
template <typename Function>
TimeGrid falling(Function f, const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const auto sigmas = [f](double kMax, double kMin, int n) {
        std::vector<double> all;
        for (const double p : linspace(0, 1, n))
            all.push_back(kMin + (kMax - kMin) * f(p));
        return all;
    };
    return throughSigmas(sigmas, schedule, values, steps);
}

TimeGrid cosineSigmas(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const auto f = [](double p) { return (1 - std::cos(std::numbers::pi * (1 - std::sqrt(p)))) / 2; };
    return falling(f, schedule, values, steps);
}

TimeGrid goldenSigmas(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    return falling([](double p) { return std::pow(1 - p, std::numbers::phi); }, schedule, values, steps);
}

/// These levels and the end that the option `final` names.
TimeGrid ended(std::vector<NoiseLevel> levels, const NoiseSchedule& schedule, const OptionValues& values)
{
    levels.push_back(base::text(values, "final") == "clean" ? NoiseLevel{0, 1, 0} : schedule.level(0));
    return {std::move(levels)};
}

/// sigma/alpha = √(exp(d·t²/2 + b·t) − 1) at even times from 1 down (Song et al. 2021, appendix C).
TimeGrid vpSigmas(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const double d = number(values, "beta_d"), b = number(values, "beta_min");
    std::vector<NoiseLevel> levels;
    for (const double t : linspace(1, number(values, "t_min"), steps))
        levels.push_back(schedule.levelOfNoiseToSignal(std::sqrt(std::expm1(d * t * t / 2 + b * t))));
    return ended(std::move(levels), schedule, values);
}

/// The shares of noise that were found best for models of flow (OptimalSteps, 2025).
const std::vector<double>& optimalSteps(const std::string& model)
{
    static const std::map<std::string, std::vector<double>> tables{
        {"flux", {0.9968, 0.9886, 0.9819, 0.975, 0.966, 0.9471, 0.9158, 0.8287, 0.5512, 0.2808, 0.001}},
        {"wan", {1.0,   0.997, 0.995, 0.993, 0.991, 0.989, 0.987, 0.985, 0.98,  0.975, 0.973,
                 0.968, 0.96,  0.946, 0.927, 0.902, 0.864, 0.776, 0.539, 0.208, 0.001}},
        {"chroma",
         {0.992, 0.99,  0.988, 0.985, 0.982, 0.978, 0.973, 0.968, 0.961, 0.953, 0.943, 0.931, 0.917, 0.9,
          0.881, 0.858, 0.832, 0.802, 0.769, 0.731, 0.69,  0.646, 0.599, 0.55,  0.501, 0.451, 0.402, 0.355,
          0.311, 0.27,  0.232, 0.199, 0.169, 0.143, 0.12,  0.101, 0.084, 0.07,  0.058, 0.048, 0.001}}};
    return tables.at(model);
}

TimeGrid optimalStepsGrid(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const auto& table = optimalSteps(base::text(values, "table"));
    std::vector<NoiseLevel> levels;
    for (int i = 0; i < steps; ++i) {
        const double u = interpolatedLogarithmically(table, double(table.size() - 1) * i / steps);
        levels.push_back(schedule.levelOfNoiseToSignal(u < 1 ? u / (1 - u) : INFINITY));
    }
    return ended(std::move(levels), schedule, values);
}

/// Sigmas found by searching for the shortest path between steps (Chen et al. 2024, GITS), for Stable
/// Diffusion 1.5.
const std::vector<std::pair<double, std::vector<double>>>& gitsLists()
{
    static const std::vector<std::pair<double, std::vector<double>>> lists{
        {0.8, {14.61464119, 7.49001646}},
        {0.8, {14.61464119, 11.54541874, 6.77309084}},
        {0.8, {14.61464119, 11.54541874, 7.49001646, 5.85520077, 2.05039096}},
        {0.8,
         {14.61464119, 13.76078796, 12.96784878, 12.2308979, 10.90732002, 8.75849152, 7.49001646, 5.85520077,
          3.07277966, 1.56271636}},
        {0.8,
         {14.61464119, 13.76078796, 12.96784878, 12.2308979, 10.90732002, 9.24142551, 8.30717278, 7.49001646,
          5.85520077, 3.07277966, 1.56271636}},
        {0.8,
         {14.61464119, 13.76078796, 12.96784878, 12.2308979, 11.54541874, 10.31284904, 9.24142551, 8.30717278,
          7.49001646, 6.14220476, 4.86714602, 3.07277966, 1.56271636}},
        {0.8, {14.61464119, 13.76078796, 12.96784878, 12.2308979, 11.54541874, 10.90732002, 10.31284904,
               9.75859547,  9.24142551,  8.75849152,  8.30717278, 7.88507891,  7.49001646,  6.77309084,
               5.85520077,  4.86714602,  3.75677586,  2.84484982, 1.78698075,  0.803307}},
        {1.2, {14.61464119, 0.803307}},
        {1.2, {14.61464119, 1.56271636, 0.52423614}},
        {1.2, {14.61464119, 2.84484982, 1.24153244, 0.59516323, 0.25053367}},
        {1.2,
         {14.61464119, 5.85520077, 2.84484982, 1.67050016, 1.08895338, 0.74807048, 0.50118381, 0.32104823,
          0.19894916, 0.09824532}},
        {1.2, {14.61464119, 7.49001646, 4.65472794, 3.07277966, 2.19988537, 1.61558151, 1.24153244,
               0.95350921,  0.74807048, 0.59516323, 0.50118381, 0.41087446, 0.34370604, 0.29807833,
               0.25053367,  0.22545385, 0.19894916, 0.17026083, 0.13792117, 0.09824532}},
        {1.5, {14.61464119, 0.803307, 0.25053367}},
        {1.5,
         {14.61464119, 1.84880662, 0.95350921, 0.59516323, 0.41087446, 0.29807833, 0.22545385, 0.17026083,
          0.13792117, 0.09824532}},
        {1.5,
         {14.61464119, 2.19988537, 1.12534678, 0.72133851, 0.50118381, 0.36617002, 0.29807833, 0.25053367,
          0.22545385, 0.19894916, 0.17026083, 0.13792117, 0.09824532}},
        {1.5, {14.61464119, 2.45070267, 1.41535246, 0.95350921, 0.72133851, 0.57119018, 0.4783645,
               0.43325692,  0.38853383, 0.36617002, 0.34370604, 0.32104823, 0.29807833, 0.27464288,
               0.25053367,  0.22545385, 0.19894916, 0.17026083, 0.13792117, 0.09824532}},
    };
    return lists;
}

TimeGrid gits(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const double coefficient = std::stod(base::text(values, "coefficient"));
    constexpr double leastSigma = 0.02916753;
    // The list of so many steps, or the longest one, interpolated.
    std::vector<double> list;
    for (const auto& [of, sigmas] : gitsLists())
        if (of == coefficient && int(list.size()) != steps)
            list = sigmas;
    list.push_back(leastSigma);
    std::vector<NoiseLevel> levels;
    for (int i = 0; i < steps; ++i)
        levels.push_back(schedule.levelOfNoiseToSignal(
            interpolatedLogarithmically(list, double(list.size() - 1) * i / steps)));
    return ended(std::move(levels), schedule, values);
}

}  // namespace

double interpolatedLogarithmically(const std::vector<double>& table, double position)
{
    const auto below = std::min(std::size_t(position), table.size() - 2);
    const double fraction = position - double(below);
    if (fraction == 0)
        return table[below];
    return std::exp(std::lerp(std::log(table[below]), std::log(table[below + 1]), fraction));
}

std::vector<GridRule> publishedRules()
{
    return {
        {"linear_quadratic", "Linear-quadratic",
         "Small even steps at the noisy end, then steps that grow with their square. Made for video models "
         "of "
         "flow, which decide what happens in the first steps.",
         withSigmaOptions({Option::number("threshold", "Noise of the first part", 0.025, 0.001, 0.5,
                                          "The share of the noise that the even steps remove.", 3),
                           Option::integer("linear_steps", "Even steps", 0, 0, 1000,
                                           "How many steps are even; 0 takes half of them.")}),
         linearQuadratic},
        {"cosine_sigmas", "Cosine in sigma",
         "Noise levels along half a cosine over the root of the run, as in reForge. Crowded at both ends.",
         withSigmaOptions({}), cosineSigmas},
        {"phi", "Golden ratio",
         "Noise levels that fall with the power of the golden ratio, as in reForge. A little denser near the "
         "clean image than even steps.",
         withSigmaOptions({}), goldenSigmas},
        {"vp",
         "VP",
         "The levels of the variance-preserving SDE at even times, as its authors sample it. It takes its "
         "own "
         "ends whatever the schedule's are.",
         {Option::number("beta_d", "β d", 19.9, 0, 100,
                         "How much faster noise is added at the end than at the start.", 2),
          Option::number("beta_min", "β min", 0.1, 0, 10, "How fast noise is added at the start.", 3),
          Option::number("t_min", "t min", 1e-3, 1e-6, 0.5, "The time of the last noisy level.", 5),
          finalOption()},
         vpSigmas},
        {"optimal_steps",
         "Optimal steps",
         "Shares of noise that were found best for three large models of flow, interpolated for other "
         "counts. "
         "For these models alone.",
         {Option::choice("table", "Model", "flux", {{"flux", "FLUX"}, {"wan", "Wan"}, {"chroma", "Chroma"}},
                         "The model for which the levels were optimised."),
          finalOption()},
         optimalStepsGrid},
        {"gits",
         "GITS",
         "Sigmas found by a search for the shortest path between few steps, for Stable Diffusion. Some "
         "counts "
         "of steps are in its table, and the others are interpolated.",
         {Option::choice("coefficient", "Coefficient", "1.2",
                         {{"0.8", "0.8"}, {"1.2", "1.2"}, {"1.5", "1.5"}},
                         "How much later steps count in the search."),
          finalOption()},
         gits},
    };
}

}  // namespace diffuscope::schedule
