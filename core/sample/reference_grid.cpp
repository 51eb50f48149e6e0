#include "core/sample/reference_grid.h"

#include <cmath>

namespace diffuscope::sample {

using schedule::NoiseLevel;
using schedule::NoiseSchedule;
using schedule::TimeGrid;

namespace {

/// Zero-terminal-SNR of betas that are not of the registry, as "terminal_snr" does for those that are.
std::string terminal(bool rescaled, bool finiteSigma)
{
    return !rescaled ? "as_is" : finiteSigma ? "near_zero" : "zero";
}

/// The rule of sigmas that the case asks for, or none.
std::string sigmaRule(ReferenceOptionReader& config)
{
    std::string rule;
    for (const auto& [key, name] : {std::pair{"use_beta_sigmas", "beta"},
                                    {"use_exponential_sigmas", "exponential"},
                                    {"use_karras_sigmas", "karras"}})
        if (config.flag(key, false))
            rule = name;
    return rule;
}

/// The level that is told time t and whose sigma/alpha lies on the straight line between the training levels
/// around t.
NoiseLevel linearlyInterpolated(const NoiseSchedule& schedule, double t)
{
    const int below = int(std::floor(t));
    const double fraction = t - below;
    if (fraction == 0)
        return schedule.level(below);
    const double k =
        std::lerp(schedule.level(below).noiseToSignal(), schedule.level(below + 1).noiseToSignal(), fraction);
    NoiseLevel level = schedule.levelOfNoiseToSignal(k);
    level.t = t;
    return level;
}

}  // namespace

NoiseSchedule referenceSchedule(ReferenceOptionReader& config, double betaStart, double betaEnd,
                                const std::string& family, bool finiteSigma)
{
    const std::string name = config.text("beta_schedule", family);
    const double start = config.number("beta_start", betaStart);
    const double end = config.number("beta_end", betaEnd);
    const int levels = config.integer("num_train_timesteps", 1000);
    const bool rescaled = config.flag("rescale_betas_zero_snr", false);
    const auto betas = config.numbers("trained_betas");
    if (!betas.empty()) {
        if (rescaled)
            config.refuse("trained_betas");
        return NoiseSchedule::fromBetas("trained", betas);
    }
    registry::OptionValues options{{"levels", double(levels)},
                                   {"terminal_snr", terminal(rescaled, finiteSigma)}};
    if (name == "squaredcos_cap_v2")
        return schedule::makeSchedule({"cosine", options});
    if (name == "exp" || name == "exponential")
        return schedule::makeSchedule({"exponential", options});
    if (name == "laplace")
        return schedule::makeSchedule({"laplace", options});
    if (name != "linear" && name != "scaled_linear" && name != "sigmoid")
        config.refuse("beta_schedule");
    options["beta_start"] = start;
    options["beta_end"] = end;
    return schedule::makeSchedule({name, options});
}

TimeGrid gridByRule(const NoiseSchedule& schedule, const std::string& rule,
                    const registry::OptionValues& options, int steps)
{
    const schedule::GridRule& chosen = schedule::gridRule(rule);
    return chosen.make(schedule, registry::completed("grid " + chosen.displayName, chosen.options, options),
                       steps);
}

TimeGrid timeSpacedGrid(ReferenceOptionReader& config, const NoiseSchedule& schedule, int steps,
                        bool cleanEnd)
{
    const std::string spacing = config.text("timestep_spacing", "leading");
    const int offset = config.integer("steps_offset", 0);
    registry::OptionValues options{{"final", std::string(cleanEnd ? "clean" : "sigma_min")}};
    if (spacing == "leading")
        options["offset"] = double(offset);
    else if (spacing != "linspace" && spacing != "trailing")
        config.refuse("timestep_spacing");
    return gridByRule(schedule, spacing, options, steps);
}

TimeGrid sigmaSpacedGrid(ReferenceOptionReader& config, const NoiseSchedule& schedule, int steps,
                         bool cleanEnd, bool roundKarras)
{
    const std::string spacing = config.text("timestep_spacing", "linspace");
    const int offset = config.integer("steps_offset", 0);
    registry::OptionValues options{{"final", std::string(cleanEnd ? "clean" : "sigma_min")}};
    if (spacing == "leading")
        options["offset"] = double(offset);
    else if (spacing == "linspace")
        options["fractional"] = true;
    else if (spacing != "trailing")
        config.refuse("timestep_spacing");
    TimeGrid grid = gridByRule(schedule, spacing, options, steps);
    for (NoiseLevel& level : grid.levels)
        if (!level.isClean())
            level = linearlyInterpolated(schedule, level.t);

    const std::string rule = sigmaRule(config);
    if (rule.empty())
        return grid;
    options = {{"final", options.at("final")},
               {"sigma_max", grid[0].noiseToSignal()},
               {"sigma_min", grid[steps - 1].noiseToSignal()},
               {"network_time", std::string(rule == "karras" && roundKarras ? "rounded" : "exact")}};
    return gridByRule(schedule, rule, options, steps);
}

TimeGrid solverSpacedGrid(ReferenceOptionReader& config, const NoiseSchedule& schedule, int steps,
                          bool cleanEnd, const ToldTimes& told)
{
    const std::string spacing = config.text("timestep_spacing", "linspace");
    const int offset = config.integer("steps_offset", 0);
    const auto lambdaMin = config.optionalNumber("lambda_min_clipped");
    std::string rule = sigmaRule(config);
    const bool lu = config.flag("use_lu_lambdas", false);
    if (lu && rule.empty())
        rule = "log_snr";
    TimeGrid grid;
    if (!rule.empty()) {
        const std::string time = rule == "karras" || lu ? told.karras : told.others;
        grid = gridByRule(schedule, rule, {{"final", std::string("clean")}, {"network_time", time}}, steps);
    } else {
        registry::OptionValues options{{"lambda_min", lambdaMin.value_or(-100)}};
        if (spacing == "leading")
            options["offset"] = double(offset);
        else if (spacing != "linspace" && spacing != "trailing")
            config.refuse("timestep_spacing");
        if (spacing == "trailing" && lambdaMin)
            config.refuse("lambda_min_clipped");
        if (spacing != "trailing")
            options["count"] = std::string("n_plus_1");
        grid = gridByRule(schedule, spacing, options, steps);
    }
    if (!cleanEnd)
        grid.levels.back() = schedule.level(0);
    return grid;
}

TimeGrid flowSpacedGrid(ReferenceOptionReader& config, int steps)
{
    const double levels = config.integer("num_train_timesteps", 1000);
    const double shift = config.number("shift", 1);
    const auto shifted = [shift](double sigma) { return shift * sigma / (1 + (shift - 1) * sigma); };
    // The ends of the training sigmas are shifted, and what lies between them is shifted once more (quirk 5).
    const double first = shifted(1);
    const double last = shifted(1 / levels);
    TimeGrid grid;
    for (int i = 0; i < steps; ++i) {
        const double even = steps == 1 ? first : first + (last - first) * i / (steps - 1);
        const double sigma = shifted(even);
        grid.levels.push_back({sigma * levels, 1 - sigma, sigma});
    }
    grid.levels.push_back({0, 1, 0});
    return grid;
}

}  // namespace diffuscope::sample
