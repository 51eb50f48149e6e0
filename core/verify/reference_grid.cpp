// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/reference_grid.h"

#include "core/schedule/schedule_families.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::verify {

using schedule::NoiseLevel;
using schedule::NoiseSchedule;
using schedule::TimeGrid;

namespace {

using std::string_literals::operator""s;

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

/// The levels without the end, by a formula between the sigmas kMax and kMin.
std::vector<NoiseLevel> levelsByRule(const NoiseSchedule& schedule, const std::string& rule, double kMax,
                                     double kMin, int steps, const std::string& told)
{
    if (steps == 1 || kMax == kMin)
        return std::vector<NoiseLevel>(std::size_t(steps), schedule.levelOfNoiseToSignal(kMax));
    TimeGrid grid =
        gridByRule(schedule, rule, {{"sigma_max", kMax}, {"sigma_min", kMin}, {"network_time", told}}, steps);
    grid.levels.pop_back();
    return grid.levels;
}

/// timestep_type=continuous tells a quarter of log(sigma/alpha), for v alone.
bool tellsLogarithms(ReferenceOptionReader& config)
{
    const std::string type = config.text("timestep_type", "discrete");
    if (type != "discrete" && type != "continuous")
        config.refuse("timestep_type");
    return type == "continuous" && config.text("prediction_type", "epsilon") == "v_prediction";
}

/// interpolation_type=log_linear: N + 1 sigmas over the whole schedule, whatever the times are.
void layLogLinearly(TimeGrid& grid, const NoiseSchedule& schedule, const NoiseLevel& noisiest, int steps)
{
    const double first = std::log(noisiest.noiseToSignal());
    const double last = std::log(schedule.level(0).noiseToSignal());
    for (int i = 0; i <= std::min(steps, int(grid.levels.size()) - 1); ++i) {
        NoiseLevel& level = grid.levels[std::size_t(i)];
        const double t = level.t;
        level = schedule.levelOfNoiseToSignal(std::exp(first + (last - first) * i / steps));
        level.t = t;
    }
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
    base::OptionValues options{{"levels", double(levels)},
                               {"terminal_snr", !rescaled     ? "as_is"s
                                                : finiteSigma ? "near_zero"s
                                                              : "zero"s}};
    const auto betas = config.numbers("trained_betas");
    if (!betas.empty())
        return schedule::finished("trained", betas, options);
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

NoiseLevel noisiestLevel(ReferenceOptionReader& config, const NoiseSchedule& schedule)
{
    const int last = schedule.levels() - 1;
    if (!config.flag("rescale_betas_zero_snr", false))
        return schedule.level(last);
    return {double(last), 0x1p-12, std::sqrt(1 - 0x1p-24)};
}

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

TimeGrid gridByRule(const NoiseSchedule& schedule, const std::string& rule, const base::OptionValues& options,
                    int steps)
{
    const schedule::GridRule& chosen = schedule::gridRule(rule);
    return chosen.make(schedule, base::completed("grid " + chosen.displayName, chosen.options, options),
                       steps);
}

TimeGrid spacedGrid(ReferenceOptionReader& config, const NoiseSchedule& schedule, int steps, bool cleanEnd,
                    const std::string& absentSpacing, const base::OptionValues& options)
{
    const std::string spacing = config.text("timestep_spacing", absentSpacing);
    base::OptionValues all = options;
    all["final"] = cleanEnd ? "clean"s : "sigma_min"s;
    const int offset = config.integer("steps_offset", 0);
    if (spacing == "leading")
        all["offset"] = double(offset);
    else if (spacing == "trailing")
        all["float_arange"] = true;
    else if (spacing != "linspace")
        config.refuse("timestep_spacing");
    if (spacing == "trailing")
        all.erase("count");
    if (spacing != "linspace")
        all.erase("fractional");
    TimeGrid grid = gridByRule(schedule, spacing, all, steps);
    const bool isFractional = all.contains("fractional");
    for (NoiseLevel& level : grid.levels)
        // The rule keeps times apart that rounding makes the same; other programs let them coincide.
        if (!isFractional && level.t != std::floor(level.t))
            level = schedule.level(int(std::nearbyint(level.t)));
    // A single point between 0 and T − 1 is 0 in numpy.
    if (spacing == "linspace" && steps == 1 && !all.contains("count"))
        grid.levels.front() = schedule.level(0);
    return grid;
}

TimeGrid timeSpacedGrid(ReferenceOptionReader& config, const NoiseSchedule& schedule, int steps,
                        bool cleanEnd)
{
    TimeGrid grid = spacedGrid(config, schedule, steps, cleanEnd, "leading", {});
    for (NoiseLevel& level : grid.levels)
        if (level.t < 0) {
            level = schedule.level(schedule.levels() - 1);
            level.t = -1;
        }
    return grid;
}

TimeGrid studentGrid(const NoiseSchedule& schedule, int original, double strength, int steps, bool cleanEnd)
{
    if (original > 0 && strength == 1)
        return gridByRule(
            schedule, "lcm",
            {{"original_steps", double(original)}, {"final", cleanEnd ? "clean"s : "sigma_min"s}}, steps);
    const int stride = original > 0 ? schedule.levels() / original : 1;
    const int count = int((original > 0 ? original : schedule.levels()) * strength);
    TimeGrid grid;
    for (int i = 0; i < steps; ++i) {
        const int index = int(double(count) / steps * i);
        grid.levels.push_back(schedule.level(stride * (count - index) - 1));
    }
    grid.levels.push_back(cleanEnd ? NoiseLevel{0, 1, 0} : schedule.level(0));
    return grid;
}

TimeGrid sigmaSpacedGrid(CaseReader& reader, const NoiseSchedule& schedule, bool roundKarras)
{
    auto& config = reader.config;
    const std::string end = config.text("final_sigmas_type", "zero");
    if (end != "zero" && end != "sigma_min")
        config.refuse("final_sigmas_type");
    const NoiseLevel noisiest = noisiestLevel(config, schedule);
    TimeGrid grid =
        spacedGrid(config, schedule, reader.steps, end == "zero", "linspace", {{"fractional", true}});
    for (std::size_t i = 0; i + 1 < grid.levels.size(); ++i) {
        NoiseLevel& level = grid.levels[i];
        if (level.t >= 0)
            level = level.t == noisiest.t ? noisiest : linearlyInterpolated(schedule, level.t);
    }
    const std::string interpolation = config.text("interpolation_type", "linear");
    if (interpolation != "linear" && interpolation != "log_linear")
        config.refuse("interpolation_type");
    const bool isLog = interpolation == "log_linear";
    const std::string rule = sigmaRule(config);
    // Times that are told by the sigmas are as many as these.
    if (isLog && tellsLogarithms(config) && rule.empty() && grid.steps() == reader.steps)
        grid.levels.push_back(grid.levels.back());
    if (isLog)
        layLogLinearly(grid, schedule, noisiest, reader.steps);

    const double least =
        isLog ? schedule.level(0).noiseToSignal() : grid.levels[grid.levels.size() - 2].noiseToSignal();
    const double kMin = config.optionalNumber("sigma_min").value_or(least);
    const double kMax = config.optionalNumber("sigma_max").value_or(grid[0].noiseToSignal());
    if (!rule.empty()) {
        const NoiseLevel last = end == "zero" ? NoiseLevel{0, 1, 0} : schedule.level(0);
        const bool isNoisiest = kMax == noisiest.noiseToSignal();
        grid.levels = levelsByRule(schedule, rule, kMax, kMin, reader.steps,
                                   rule == "karras" && roundKarras ? "rounded" : "exact");
        // Where the last sigma is not the greatest (a rescaled schedule), its time is ambiguous: as recorded.
        const auto& recorded = reader.reference.timesteps;
        if (isNoisiest && !recorded.empty() && recorded.front() == noisiest.t)
            grid.levels.front().t = noisiest.t;
        grid.levels.push_back(last);
    }
    if (tellsLogarithms(config))
        for (NoiseLevel& level : grid.levels)
            level.t = level.isClean() ? 0 : 0.25 * std::log(level.noiseToSignal());
    return grid;
}

}  // namespace diffuscope::verify
