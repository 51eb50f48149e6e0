// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/grid_rules.h"
#include "core/schedule/schedule_families.h"

#include <cmath>
#include <map>

namespace diffuscope::schedule {

namespace {

using base::Option;
using base::OptionValues;

/// Optimised sigma/alpha of ten steps, and the least noisy level (Sabour et al. 2024, published tables); with
/// the tables as they are rounded or extended in other programs.
const std::vector<double>& tableOf(const std::string& id)
{
    static const std::map<std::string, std::vector<double>> tables{
        {"sd15",
         {14.6146412293, 6.4745760956, 3.8636745985, 2.6946151520, 1.8841921177, 1.3943805092, 0.9642583904,
          0.6523686016, 0.3977456272, 0.1515232662, 0.0291671582}},
        {"sdxl",
         {14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769, 1.3405244945, 0.8620721141, 0.5550693289,
          0.3798540708, 0.2332364134, 0.1114188177, 0.0291671582}},
        {"svd", {700.00, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002}},
        {"sd15_11", {14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029}},
        {"sdxl_11", {14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029}},
        {"sd15_gits", {14.615, 4.617, 2.507, 1.236, 0.702, 0.402, 0.24, 0.156, 0.104, 0.094, 0.029}},
        {"sdxl_gits", {14.615, 4.734, 2.567, 1.529, 0.987, 0.652, 0.418, 0.268, 0.179, 0.127, 0.029}},
        {"sd15_32",
         {14.615,     11.23951352, 8.64363081, 6.64729424, 5.57250862, 4.71648546, 3.99196065, 3.5195609,
          3.13490466, 2.79228788,  2.48773628, 2.21663865, 1.97508351, 1.7793172,  1.61475335, 1.46540953,
          1.314849,   1.16642497,  1.03475547, 0.91573744, 0.80748169, 0.71202361, 0.621739,   0.53065202,
          0.4529096,  0.37491455,  0.27461819, 0.2011529,  0.14105873, 0.06682881, 0.03166121, 0.015}},
        {"sdxl_32",
         {14.615,     11.1491618, 8.50522127, 6.48827151, 5.43707402, 4.60398619, 3.89854704, 3.27407457,
          2.74396527, 2.29968659, 1.95448514, 1.67108715, 1.42878152, 1.23181009, 1.06789649, 0.92579443,
          0.80290886, 0.69660121, 0.60436903, 0.52852552, 0.46773344, 0.41393379, 0.36258186, 0.31008517,
          0.26518925, 0.22326461, 0.17653877, 0.13959192, 0.10587381, 0.05519369, 0.02877334, 0.015}},
    };
    return tables.at(id);
}

/// Maps log(sigma/alpha) linearly so that the table's ends fall on the schedule's. Ends that agree already
/// stay.
double stretched(double k, const std::vector<double>& table, double kMax, double kMin)
{
    constexpr double closeEnough = 1e-4;
    const double tableSpan = std::log(table.front() / table.back());
    const double below = std::log(kMin / table.back());
    const double above = std::log(kMax / table.front());
    if (std::abs(below) < closeEnough && std::abs(above) < closeEnough)
        return k;
    const double height = std::log(k / table.back()) / tableSpan;
    return k * std::exp(std::lerp(below, above, height));
}

/// The last number of the table is a level, and the clean image comes after it.
TimeGrid withLastKept(const std::vector<double>& table, const NoiseSchedule& schedule, int steps)
{
    const double last = double(table.size() - 1);
    TimeGrid grid;
    for (int i = 0; i < steps; ++i)
        grid.levels.push_back(schedule.levelOfNoiseToSignal(
            interpolatedLogarithmically(table, steps == 1 ? last : last * i / (steps - 1))));
    grid.levels.push_back({0, 1, 0});
    return grid;
}

TimeGrid alignYourSteps(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const std::vector<double>& table = tableOf(base::text(values, "table"));
    if (base::text(values, "ending") == "kept")
        return withLastKept(table, schedule, steps);
    const bool stretch = base::toggle(values, "stretch");
    const bool endsClean = base::text(values, "final") == "clean";
    const auto sigmas = [&](double kMax, double kMin, int n) {
        // steps + 1 places on the table; the last of them is the end, which the clean level replaces.
        std::vector<double> all;
        for (int i = 0; i < n; ++i) {
            const double k =
                interpolatedLogarithmically(table, double(table.size() - 1) * i / (endsClean ? n : n - 1));
            all.push_back(stretch ? stretched(k, table, kMax, kMin) : k);
        }
        return all;
    };
    return throughSigmas(sigmas, schedule, values, steps);
}

}  // namespace

std::vector<GridRule> tabulatedRules()
{
    return {
        {"align_your_steps", "Align your steps",
         "Ten noise levels found by optimisation on a large model, interpolated for other counts. It makes "
         "few "
         "steps count for most.",
         withSigmaOptions(
             {Option::choice("table", "Table", "sd15",
                             {{"sd15", "Stable Diffusion 1.5"},
                              {"sdxl", "Stable Diffusion XL"},
                              {"svd", "Stable Video Diffusion"},
                              {"sd15_11", "Stable Diffusion 1.5, rounded"},
                              {"sdxl_11", "Stable Diffusion XL, rounded"},
                              {"sd15_32", "Stable Diffusion 1.5, 32 levels"},
                              {"sdxl_32", "Stable Diffusion XL, 32 levels"},
                              {"sd15_gits", "Stable Diffusion 1.5, GITS"},
                              {"sdxl_gits", "Stable Diffusion XL, GITS"}},
                             "The model for which the noise levels were optimised."),
              Option::toggle("stretch", "Stretch to the schedule", true,
                             "Stretch the table so that it reaches from the schedule's noisiest "
                             "level to its least noisy."),
              Option::choice("ending", "Last number", "replaced",
                             {{"replaced", "Replaced by the image"}, {"kept", "Kept as a level"}},
                             "Whether the clean image takes the place of the table's last level, or comes "
                             "after it, as A1111 and Forge have it.")
                  .forCompatibility()}),
         alignYourSteps}};
}

}  // namespace diffuscope::schedule
