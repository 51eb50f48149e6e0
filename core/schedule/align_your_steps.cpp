#include "core/schedule/grid_rules.h"
#include "core/schedule/schedule_families.h"

#include <array>
#include <cmath>

namespace diffuscope::schedule {

namespace {

using base::Option;
using base::OptionValues;

/// Optimised sigma/alpha of ten steps, and the least noisy level (Sabour et al. 2024, published tables).
using Table = std::array<double, 11>;

constexpr Table stableDiffusion15 = {14.6146412293, 6.4745760956, 3.8636745985, 2.6946151520,
                                     1.8841921177,  1.3943805092, 0.9642583904, 0.6523686016,
                                     0.3977456272,  0.1515232662, 0.0291671582};
constexpr Table stableDiffusionXl = {14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769,
                                     1.3405244945,  0.8620721141, 0.5550693289, 0.3798540708,
                                     0.2332364134,  0.1114188177, 0.0291671582};
constexpr Table stableVideo = {700.00, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002};

const Table& tableOf(const std::string& id)
{
    if (id == "sdxl")
        return stableDiffusionXl;
    return id == "svd" ? stableVideo : stableDiffusion15;
}

/// The table at a position from 0 to 10, log-linear between its entries.
double interpolated(const Table& table, double position)
{
    const auto below = std::min(std::size_t(position), table.size() - 2);
    const double fraction = position - double(below);
    if (fraction == 0)
        return table[below];
    return std::exp(std::lerp(std::log(table[below]), std::log(table[below + 1]), fraction));
}

/// Maps log(sigma/alpha) linearly so that the table's ends fall on the schedule's. Ends that agree already
/// stay.
double stretched(double k, const Table& table, double kMax, double kMin)
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

TimeGrid alignYourSteps(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const Table& table = tableOf(base::text(values, "table"));
    const bool stretch = base::toggle(values, "stretch");
    const bool endsClean = base::text(values, "final") == "clean";
    const auto sigmas = [&](double kMax, double kMin, int n) {
        // steps + 1 places on the table; the last of them is the end, which the clean level replaces.
        std::vector<double> all;
        for (int i = 0; i < n; ++i) {
            const double k = interpolated(table, double(table.size() - 1) * i / (endsClean ? n : n - 1));
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
         withSigmaOptions({Option::choice("table", "Table", "sd15",
                                          {{"sd15", "Stable Diffusion 1.5"},
                                           {"sdxl", "Stable Diffusion XL"},
                                           {"svd", "Stable Video Diffusion"}},
                                          "The model for which the noise levels were optimised."),
                           Option::toggle("stretch", "Stretch to the schedule", true,
                                          "Stretch the table so that it reaches from the schedule's noisiest "
                                          "level to its least noisy.")}),
         alignYourSteps}};
}

}  // namespace diffuscope::schedule
