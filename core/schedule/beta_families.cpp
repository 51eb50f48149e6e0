// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/schedule_families.h"

#include <cmath>

namespace diffuscope::schedule {

namespace {

using base::integer;
using base::number;
using base::Option;
using base::OptionValues;

Option betaStart(double value)
{
    return Option::number("beta_start", "β start", value, 1e-8, 0.999,
                          "How much of the variance the first training step replaces by noise.", 5);
}

Option betaEnd(double value)
{
    return Option::number("beta_end", "β end", value, 1e-8, 0.999,
                          "How much of the variance the last training step replaces by noise.", 5);
}

using Betas = std::vector<double> (*)(const OptionValues&);

std::vector<double> linear(const OptionValues& values)
{
    return linspace(number(values, "beta_start"), number(values, "beta_end"), integer(values, "levels"));
}

/// linspace(√b0, √b1, T)² (Rombach et al. 2022, configuration of the released model).
std::vector<double> squaredLinear(const OptionValues& values)
{
    std::vector<double> betas = linspace(std::sqrt(number(values, "beta_start")),
                                         std::sqrt(number(values, "beta_end")), integer(values, "levels"));
    for (double& beta : betas)
        beta *= beta;
    return betas;
}

/// logistic(linspace(−6, 6, T))·(b1 − b0) + b0 (Xu et al. 2022, GeoDiff).
std::vector<double> sigmoidBetas(const OptionValues& values)
{
    const double start = number(values, "beta_start");
    const double end = number(values, "beta_end");
    std::vector<double> betas = linspace(-6, 6, integer(values, "levels"));
    for (double& beta : betas)
        beta = (end - start) / (1 + std::exp(-beta)) + start;
    return betas;
}

std::vector<double> constant(const OptionValues& values)
{
    return std::vector<double>(std::size_t(integer(values, "levels")), number(values, "beta_end"));
}

/// 1/linspace(T, 1, T) (Sohl-Dickstein et al. 2015, section 2.4.1).
std::vector<double> harmonic(const OptionValues& values)
{
    std::vector<double> betas = linspace(integer(values, "levels"), 1, integer(values, "levels"));
    for (double& beta : betas)
        beta = 1 / beta;
    return betas;
}

ScheduleFamily family(std::string id, std::string displayName, std::string description,
                      std::vector<Option> options, Betas betas)
{
    std::string name = displayName;
    return {std::move(id), std::move(displayName), std::move(description),
            withSharedOptions(std::move(options)),
            [name, betas](const OptionValues& values) { return finished(name, betas(values), values); }};
}

}  // namespace

std::vector<ScheduleFamily> betaFamilies()
{
    return {
        family("linear", "Linear (DDPM)",
               "The share of noise added at each training step grows in a straight line, as in the first "
               "DDPM paper. "
               "Most of the picture is gone by the middle, so the last third of the levels is nearly pure "
               "noise.",
               {betaStart(1e-4), betaEnd(0.02)}, linear),
        family(
            "scaled_linear", "Scaled linear (Stable Diffusion)",
            "The square root of the added share grows in a straight line, so the first steps are gentler "
            "than with "
            "the linear schedule. Stable Diffusion 1 and 2 were trained on it, and a little of the picture "
            "survives at the last level.",
            {betaStart(0.00085), betaEnd(0.012)}, squaredLinear),
        family("quadratic", "Quadratic",
               "The same curve as scaled linear between the linear schedule's two ends. It keeps more of the "
               "picture "
               "through the middle of the process.",
               {betaStart(1e-4), betaEnd(0.02)}, squaredLinear),
        family("sigmoid", "Sigmoid (β)",
               "The added share follows an S: small for long, then rising quickly, then staying high. It was "
               "introduced for generating molecules.",
               {betaStart(1e-4), betaEnd(0.02)}, sigmoidBetas),
        family("constant", "Constant",
               "Every training step adds the same share of noise. It is the plainest schedule there is, and "
               "good for "
               "seeing why the others bend.",
               {betaEnd(0.02)}, constant),
        family(
            "jsd", "Harmonic (Sohl-Dickstein)",
            "Each of the T steps removes the same absolute amount of signal, the schedule of the paper that "
            "started diffusion models in 2015. The last level is pure noise, so the network must predict v "
            "or x0.",
            {}, harmonic),
    };
}

}  // namespace diffuscope::schedule
