// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/schedule/beta_quantile.h"
#include "core/schedule/grid_rules.h"
#include "core/schedule/schedule_families.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::schedule {

namespace {

using base::number;
using base::Option;
using base::OptionValues;

/// Stands for an infinite sigma/alpha: alphaBar = 2^-24, the value the field uses for a last level without
/// signal.
constexpr double largeNoiseToSignal = 4096;

/// 0 (the noisiest) … 1 (the cleanest) over n points; a single point is the noisiest.
std::vector<double> ramp(int n)
{
    return linspace(0, 1, n);
}

std::vector<double> mapped(std::vector<double> values, const std::function<double(double)>& function)
{
    for (double& value : values)
        value = function(value);
    return values;
}

/// Equal steps in log(sigma/alpha) after the ramp is raised to `power`.
std::vector<double> logarithmic(double kMax, double kMin, int n, double power)
{
    return mapped(ramp(n), [=](double u) {
        return std::exp(std::log(kMin) + std::pow(1 - u, power) * (std::log(kMax) - std::log(kMin)));
    });
}

TimeGrid exponential(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const auto sigmas = [](double kMax, double kMin, int n) { return logarithmic(kMax, kMin, n, 1); };
    return throughSigmas(sigmas, schedule, values, steps);
}

TimeGrid polyexponential(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const double rho = number(values, "rho");
    const auto sigmas = [rho](double kMax, double kMin, int n) { return logarithmic(kMax, kMin, n, rho); };
    return throughSigmas(sigmas, schedule, values, steps);
}

/// Karras et al. 2022, eq. 5.
TimeGrid karras(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const double rho = number(values, "rho");
    const auto sigmas = [rho](double kMax, double kMin, int n) {
        const double first = std::pow(kMax, 1 / rho);
        const double last = std::pow(kMin, 1 / rho);
        return mapped(ramp(n), [=](double u) { return std::pow(first + u * (last - first), rho); });
    };
    return throughSigmas(sigmas, schedule, values, steps);
}

/// Quantiles of Beta(a, b), stretched from kMin to kMax (Lee et al. 2024, "Beta sampling is all you need").
TimeGrid beta(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const double a = number(values, "alpha");
    const double b = number(values, "beta");
    const auto sigmas = [a, b](double kMax, double kMin, int n) {
        return mapped(ramp(n), [=](double u) { return kMin + betaQuantile(1 - u, a, b) * (kMax - kMin); });
    };
    return throughSigmas(sigmas, schedule, values, steps);
}

/// Equal steps in atan(sigma/alpha) (Sabour et al. 2024, "Align your steps", theorem 3.1).
TimeGrid klOptimal(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const auto sigmas = [](double kMax, double kMin, int n) {
        return mapped(ramp(n),
                      [=](double u) { return std::tan(u * std::atan(kMin) + (1 - u) * std::atan(kMax)); });
    };
    return throughSigmas(sigmas, schedule, values, steps);
}

/// exp of Laplace quantiles, cut to [kMin, kMax].
TimeGrid laplace(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const double centre = number(values, "mu");
    const double scale = number(values, "scale");
    const auto sigmas = [centre, scale](double kMax, double kMin, int n) {
        return mapped(ramp(n), [=](double u) {
            const double side = u == 0.5 ? 0 : std::copysign(1.0, 0.5 - u);
            const double logSigma = centre - scale * side * std::log(1 - 2 * std::abs(0.5 - u) + 1e-5);
            return std::clamp(std::exp(logSigma), kMin, kMax);
        });
    };
    return throughSigmas(sigmas, schedule, values, steps);
}

/// Equal steps in u = sigma/(alpha + sigma), the time of rectified flow, then shifted.
TimeGrid flowUniform(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const double shift = number(values, "shift");
    const auto sigmas = [shift](double kMax, double kMin, int n) {
        const double first = std::isinf(kMax) ? 1 : kMax / (1 + kMax);
        const double last = kMin / (1 + kMin);
        // The shift s·u/(1 + (s − 1)u) multiplies u/(1 − u) = sigma/alpha by s.
        return mapped(linspace(first, last, n), [shift](double u) { return shift * u / (1 - u); });
    };
    return throughSigmas(sigmas, schedule, values, steps, true);
}

GridRule rule(std::string id, std::string name, std::string description, std::vector<Option> options,
              TimeGrid (*make)(const NoiseSchedule&, const OptionValues&, int))
{
    return {std::move(id), std::move(name), std::move(description), withSigmaOptions(std::move(options)),
            make};
}

/// The same but for rounding; two infinite ones are.
bool isSameRatio(double k, double other)
{
    constexpr double closeEnough = 1e-9;
    return k == other || std::abs(k - other) <= closeEnough * std::min(k, other);
}

double told(double time, const std::string& convention)
{
    if (convention == "rounded")
        return std::nearbyint(time);
    return convention == "truncated" ? std::floor(time) : time;
}

}  // namespace

std::vector<Option> withSigmaOptions(std::vector<Option> options)
{
    options.push_back(Option::number("sigma_max", "σ max", 0, 0, 1e6,
                                     "The sigma/alpha of the first level; 0 takes the schedule's noisiest.",
                                     4));
    options.push_back(
        Option::number("sigma_min", "σ min", 0, 0, 1e6,
                       "The smallest sigma/alpha above the clean image; 0 takes the schedule's least "
                       "noisy.",
                       4));
    options.push_back(
        Option::choice("network_time", "Time told", "exact",
                       {{"exact", "Exact"}, {"rounded", "Rounded"}, {"truncated", "Cut to whole"}},
                       "Whether the network is told the exact time of a sigma or a whole one near it, "
                       "as some programs do.")
            .forCompatibility());
    options.push_back(
        Option::choice(
            "variable", "Formula in", "snr",
            {{"snr", "σ/α"}, {"flow", "σ/(α + σ), the time of flow"}, {"automatic", "As the schedule is"}},
            "What the formula calls sigma: σ/α, or the share of noise, as other programs do with "
            "models of flow.")
            .forCompatibility());
    options.push_back(finalOption());
    return options;
}

TimeGrid throughSigmas(const SigmaFormula& sigmas, const NoiseSchedule& schedule, const OptionValues& values,
                       int steps, bool infiniteMaximum)
{
    const std::string& variable = base::text(values, "variable");
    const bool flow = variable == "flow" || (variable == "automatic" && !schedule.isVariancePreserving());
    const int last = schedule.levels() - 1;
    const double ownMax = schedule.level(last).noiseToSignal();
    double kMax = number(values, "sigma_max");
    double kMin = number(values, "sigma_min");
    const bool fromNoisiest = kMax == 0;
    const bool toLeastNoisy = kMin == 0;
    if (fromNoisiest && std::isinf(ownMax) && !infiniteMaximum && !flow)
        kMax = std::max(largeNoiseToSignal, 2 * schedule.level(last - 1).noiseToSignal());
    else if (fromNoisiest)
        kMax = ownMax;
    if (toLeastNoisy)
        kMin = schedule.level(0).noiseToSignal();
    if (!(kMax > kMin))
        throw Error(ErrorCode::invalidOption,
                    "The option \"sigma_max\" of the grid is not greater than \"sigma_min\".",
                    "Set \"sigma_max\" to more than \"sigma_min\", or either to 0 for the schedule's own.");
    const bool endsClean = base::text(values, "final") == "clean";
    TimeGrid grid;
    const auto share = [flow](double k) { return !flow ? k : std::isinf(k) ? 1 : k / (1 + k); };
    for (const double value : sigmas(share(kMax), share(kMin), endsClean ? steps : steps + 1)) {
        const double k = !flow ? value : value < 1 ? value / (1 - value) : INFINITY;
        grid.levels.push_back(schedule.levelOfNoiseToSignal(k));
        grid.levels.back().t = told(grid.levels.back().t, base::text(values, "network_time"));
    }
    // The schedule's own ends exactly, not as exp(log()) or pow(pow()) leave them.
    if (fromNoisiest && isSameRatio(grid.levels.front().noiseToSignal(), ownMax))
        grid.levels.front() = schedule.level(last);
    if (toLeastNoisy && steps > 1 && isSameRatio(grid.levels.back().noiseToSignal(), kMin))
        grid.levels.back() = schedule.level(0);
    if (endsClean)
        grid.levels.push_back({0, 1, 0});
    return grid;
}

std::vector<GridRule> sigmaRules()
{
    const auto rho = [](double value, double least, const char* explanation) {
        return Option::number("rho", "ρ", value, least, 20, explanation, 2);
    };
    std::vector<GridRule> rules{
        rule("karras", "Karras",
             "Noise levels that shrink fast at first and slowly near the clean image, where detail appears. "
             "It is the "
             "usual choice for Euler, Heun and DPM++ samplers.",
             {rho(7, 0.5, "How much finer the steps become near the clean image; Karras et al. use 7.")},
             karras),
        rule("exponential", "Exponential",
             "Each noise level is the same fraction of the one before it. It spends many steps on very "
             "little noise.",
             {}, exponential),
        rule("polyexponential", "Polyexponential",
             "The exponential grid with its steps bent by a power. A power above 1 hurries through the high "
             "noise.",
             {rho(1, 0.1, "The power; 1 is the exponential grid, more moves levels to the clean end.")},
             polyexponential),
        rule("log_snr", "Uniform log-SNR",
             "Equal steps in the logarithm of the signal-to-noise ratio, from the noisiest level to the "
             "least noisy. "
             "The DPM-Solver paper uses it, because its formulas live on that scale.",
             {}, exponential),
        rule("beta", "Beta",
             "Noise levels at quantiles of a beta distribution, dense at both ends and sparse in the middle. "
             "It saves "
             "steps where little changes.",
             {Option::number("alpha", "a", 0.6, 0.05, 20,
                             "Smaller values crowd more levels near the clean end.", 2),
              Option::number("beta", "b", 0.6, 0.05, 20,
                             "Smaller values crowd more levels near the noisy end.", 2)},
             beta),
        rule("kl_optimal", "KL-optimal",
             "Equal steps in the angle whose tangent is the noise level, derived for data with a bell-shaped "
             "distribution. It puts most levels at moderate noise.",
             {}, klOptimal),
        rule("laplace", "Laplace",
             "Noise levels that follow a Laplace distribution, crowded around one level and thin on both "
             "sides. "
             "Levels outside the schedule's range are cut off.",
             {Option::number("mu", "μ", 0, -5, 5,
                             "The logarithm of the noise level around which others crowd.", 2),
              Option::number("scale", "b", 0.5, 0.05, 5, "How widely the levels spread.", 2)},
             laplace),
        rule("flow_uniform", "Uniform flow time",
             "Equal steps in the time of rectified flow, which is the share of noise in the mixture. The "
             "shift moves "
             "levels towards the noisy end, as Stable Diffusion 3 and Flux do.",
             {Option::number("shift", "Shift s", 1, 0.01, 100,
                             "The factor by which levels move to the noisy end; 1 moves nothing.", 2)},
             flowUniform),
    };
    for (auto& each : rules)
        if (each.id == "log_snr")
            each.options.back().defaultValue = std::string("sigma_min");
    return rules;
}

}  // namespace diffuscope::schedule
