// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/schedule_families.h"

#include <cmath>
#include <numbers>

namespace diffuscope::schedule {

namespace {

using base::number;
using base::Option;
using base::OptionValues;
using base::text;

struct Factors
{
    double alpha;
    double sigma;
};

/// alpha and sigma at a time u in [0, 1]; u = 1 is noise.
using Path = std::function<Factors(double u)>;

Factors preserving(double alpha)
{
    return {alpha, std::sqrt((1 - alpha) * (1 + alpha))};
}

NoiseSchedule sampled(const std::string& name, const Path& path, const std::vector<double>& times)
{
    std::vector<double> alpha;
    std::vector<double> sigma;
    for (const double u : times) {
        const Factors factors = path(u);
        alpha.push_back(factors.alpha);
        sigma.push_back(factors.sigma);
    }
    return NoiseSchedule::fromLevels(name, std::move(alpha), std::move(sigma));
}

/// s·u/(1 + (s − 1)u) (Esser et al. 2024, eq. 23); with s = e^mu the exponential form e^mu/(e^mu + 1/u − 1).
double shifted(double u, double shift)
{
    return shift * u / (1 + (shift - 1) * u);
}

Path rectifiedFlow(const OptionValues& values)
{
    const double shift =
        text(values, "shift_rule") == "linear" ? number(values, "shift") : std::exp(number(values, "mu"));
    // 1 − shifted(u), written without the difference so that the noisy end keeps its digits.
    return [shift](double u) { return Factors{(1 - u) / (1 + (shift - 1) * u), shifted(u, shift)}; };
}

Path polynomialFlow(const OptionValues& values)
{
    const double exponent = number(values, "exponent");
    return [exponent](double u) {
        const double alpha = std::pow(1 - u, exponent);
        return Factors{alpha, 1 - alpha};
    };
}

Path trigonometricFlow(const OptionValues&)
{
    return [](double u) {
        const double angle = u * std::numbers::pi / 2;
        return Factors{u == 1 ? 0 : std::cos(angle), std::sin(angle)};
    };
}

Path linearVariancePreserving(const OptionValues&)
{
    return [](double u) { return preserving(1 - u); };
}

/// sigma/alpha = √(exp((bMax − bMin)u²/2 + bMin·u) − 1) (Song et al. 2021, appendix C).
Path variancePreservingSde(const OptionValues& values)
{
    const double least = number(values, "beta_min");
    const double most = number(values, "beta_max");
    return [least, most](double u) {
        const double exponent = (most - least) * u * u / 2 + least * u;
        return Factors{std::exp(-exponent / 2), std::sqrt(-std::expm1(-exponent))};
    };
}

/// Families whose T levels lie at u = 1/T, 2/T, … 1.
ScheduleFamily family(std::string id, std::string displayName, std::string description,
                      std::vector<Option> options, Path (*path)(const OptionValues&))
{
    options.push_back(levelsOption());
    std::string name = displayName;
    auto make = [name, path](const OptionValues& values) {
        const int levels = base::integer(values, "levels");
        return sampled(name, path(values), linspace(1.0 / levels, 1, levels));
    };
    return {std::move(id), std::move(displayName), std::move(description), std::move(options),
            std::move(make)};
}

ScheduleFamily sdeFamily()
{
    const std::string name = "Variance-preserving SDE";
    return {"vp_sde",
            name,
            "The continuous-time form of the linear schedule, from the paper that described diffusion by "
            "stochastic "
            "differential equations. Its levels are read off the formula at equally spaced times.",
            {Option::number("beta_min", "β min", 0.1, 0.0001, 10, "How fast noise is added at the start."),
             Option::number("beta_max", "β max", 20, 0.1, 50, "How fast noise is added at the end.", 2),
             Option::number("t_min", "t min", 1e-3, 1e-6, 0.1,
                            "The time of the least noisy level, as a share of the whole time.", 5),
             levelsOption()},
            [name](const OptionValues& values) {
                const auto times = linspace(number(values, "t_min"), 1, base::integer(values, "levels"));
                return sampled(name, variancePreservingSde(values), times);
            }};
}

}  // namespace

std::vector<ScheduleFamily> continuousFamilies()
{
    return {
        family(
            "rectified_flow", "Rectified flow",
            "Picture and noise are mixed along a straight line, as in Stable Diffusion 3 and Flux. The shift "
            "moves "
            "levels towards the noisy end, which large pictures need.",
            {Option::choice("shift_rule", "Shift rule", "linear",
                            {{"linear", "By a factor"}, {"exponential", "By an exponent (μ)"}},
                            "Whether the shift is given as a factor s or as an exponent mu with s = e^mu."),
             Option::number("shift", "Shift s", 1, 0.01, 100,
                            "The factor by which levels move to the noisy end; 1 moves nothing.", 2),
             Option::number("mu", "μ", 1.15, -4, 4,
                            "The exponent of the shift, used by the exponential rule.", 2)},
            rectifiedFlow),
        family("polynomial_flow", "Polynomial flow",
               "Like rectified flow, but the share of picture falls along a power of time. A higher power "
               "spends more "
               "levels near pure noise.",
               {Option::number("exponent", "n", 2, 0.5, 8, "The power of time; 1 is rectified flow.", 2)},
               polynomialFlow),
        family("trigonometric_flow", "Trigonometric flow",
               "Picture and noise are mixed along a quarter of a circle, so their total strength stays the "
               "same. Its "
               "last level is pure noise.",
               {}, trigonometricFlow),
        family("linear_vp", "Linear variance-preserving flow",
               "The factor of the picture falls in a straight line while total strength stays the same. Its "
               "last "
               "level is pure noise.",
               {}, linearVariancePreserving),
        sdeFamily(),
    };
}

}  // namespace diffuscope::schedule
