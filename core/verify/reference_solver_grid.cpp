// SPDX-License-Identifier: GPL-3.0-or-later
// Grids of the reference classes of the DPM-Solver kind and of flow matching.
#include "core/verify/reference_grid.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::verify {

using schedule::NoiseLevel;
using schedule::NoiseSchedule;
using schedule::TimeGrid;

namespace {

using std::string_literals::operator""s;

/// Where the exact time of a sigma is a whole number but for rounding, cutting it to whole gives that number
/// or the one before, by the last digit of the other program's logarithms: which one, the case has recorded.
void settleCutTimes(TimeGrid& grid, const NoiseSchedule& schedule, const std::vector<double>& recorded)
{
    for (std::size_t i = 0; i + 1 < grid.levels.size() && i < recorded.size(); ++i) {
        const double exact = schedule.timeOfNoiseToSignal(grid.levels[i].noiseToSignal());
        const double whole = std::nearbyint(exact);
        if (std::abs(exact - whole) < 1e-6 && (recorded[i] == whole || recorded[i] == whole - 1))
            grid.levels[i].t = recorded[i];
    }
}

double shifted(double sigma, double shift)
{
    return shift * sigma / (1 + (shift - 1) * sigma);
}

NoiseLevel flowLevel(double sigma, double t)
{
    return {t, 1 - sigma, sigma};
}

/// The time shift of a resolution: e^mu or mu itself in place of the shift.
double dynamicShift(CaseReader& reader)
{
    const auto mu = reader.step.optionalNumber("mu");
    const auto configured = reader.config.optionalNumber("mu");
    if (!mu && !configured)
        reader.config.refuse("use_dynamic_shifting");  // nobody can tell the shift
    const std::string type = reader.config.text("time_shift_type", "exponential");
    if (type != "exponential" && type != "linear")
        reader.config.refuse("time_shift_type");
    const double value = mu.value_or(configured.value_or(0));
    return type == "exponential" ? std::exp(value) : value;
}

/// Stretches 1 − sigma so that the last sigma is `terminal`.
void stretchToTerminal(std::vector<double>& sigmas, double terminal)
{
    const double scale = (1 - sigmas.back()) / (1 - terminal);
    for (double& sigma : sigmas)
        sigma = 1 - (1 - sigma) / scale;
}

/// The sigmas of the rule karras, exponential or beta between two ends.
std::vector<double> sigmasByRule(const std::string& rule, double most, double least, int steps)
{
    if (steps == 1 || most == least)
        return std::vector<double>(std::size_t(steps), most);
    const NoiseSchedule any = schedule::makeSchedule({"linear", {}});
    const TimeGrid grid = gridByRule(any, rule, {{"sigma_max", most}, {"sigma_min", least}}, steps);
    std::vector<double> sigmas;
    for (int i = 0; i < grid.steps(); ++i)
        sigmas.push_back(grid[i].noiseToSignal());
    return sigmas;
}

/// sigma = 1 − 1/T … above 0 of the older formula, first shifted, then turned around.
std::vector<double> olderFlowSigmas(double levels, double shift, int steps)
{
    std::vector<double> sigmas;
    for (int i = steps; i >= 1; --i)
        sigmas.push_back(shifted((1 - 1 / levels) * i / steps, shift));
    return sigmas;
}

std::vector<double> newerFlowSigmas(CaseReader& reader, double levels, double shift)
{
    std::vector<double> sigmas;
    for (int i = 0; i < reader.steps; ++i)
        sigmas.push_back(shifted(1 - (1 - 1 / levels) * i / reader.steps, shift));
    if (const auto terminal = reader.config.optionalNumber("shift_terminal"))
        stretchToTerminal(sigmas, *terminal);
    // At sigma = 1 there is no signal, by which the solver would divide.
    if (std::abs(sigmas.front() - 1) < 1e-6)
        sigmas.front() -= 1e-6;
    return sigmas;
}

bool begins(const std::vector<double>& sigmas, const std::vector<double>& recorded)
{
    return recorded.size() >= sigmas.size() &&
           std::equal(sigmas.begin(), sigmas.end(), recorded.begin(),
                      [](double a, double b) { return std::abs(a - b) < 1e-9; });
}

}  // namespace

TimeGrid solverSpacedGrid(CaseReader& reader, const NoiseSchedule& schedule, const SolverSpacing& spacing)
{
    auto& config = reader.config;
    const auto lambdaMin = config.optionalNumber("lambda_min_clipped");
    std::string rule = sigmaRule(config);
    const bool lu = config.flag("use_lu_lambdas", false) && rule != "karras";
    if (lu)
        rule = "log_snr";
    const NoiseLevel noisiest = noisiestLevel(config, schedule);
    TimeGrid grid;
    if (rule.empty()) {
        grid = spacedGrid(config, schedule, reader.steps, true, "linspace",
                          {{"lambda_min", lambdaMin.value_or(-100)}, {"count", "n_plus_1"s}});
    } else {
        config.ignore("timestep_spacing");  // times follow from the sigmas
        config.ignore("steps_offset");
        const double kMax = config.flag("rescale_betas_zero_snr", false) ? noisiest.noiseToSignal() : 0;
        grid = gridByRule(schedule, rule,
                          {{"final", "clean"s},
                           {"sigma_max", kMax},
                           {"network_time", lu || rule == "karras" ? spacing.told : "truncated"s}},
                          reader.steps);
        settleCutTimes(grid, schedule, reader.reference.timesteps);
    }
    const auto& recorded = reader.reference.timesteps;
    if (rule.empty() ? grid[0].t == noisiest.t : !recorded.empty() && recorded[0] == noisiest.t)
        grid.levels.front() = noisiest;

    const std::string end =
        spacing.hasFinalType ? config.text("final_sigmas_type", spacing.finalDefault) : spacing.finalDefault;
    if (end != "zero" && end != "sigma_min")
        config.refuse("final_sigmas_type");
    if (end == "sigma_min") {
        const bool repeats = spacing.repeatsLast && !rule.empty();
        grid.levels.back() = repeats ? grid.levels[grid.levels.size() - 2] : schedule.level(0);
    }
    return grid;
}

TimeGrid solverFlowGrid(CaseReader& reader, const NoiseSchedule& schedule, const SolverSpacing& spacing,
                        bool isUnipc)
{
    auto& config = reader.config;
    const double levels = config.integer("num_train_timesteps", 1000);
    const std::string rule = sigmaRule(config);
    const bool isDynamic = config.flag("use_dynamic_shifting", false);
    const double shift = isDynamic ? dynamicShift(reader) : config.number("flow_shift", 1);
    std::vector<double> sigmas = olderFlowSigmas(levels, shift, reader.steps);
    if (isUnipc && rule == "karras") {
        sigmas = sigmasByRule(rule, noisiestLevel(config, schedule).noiseToSignal(),
                              schedule.level(0).noiseToSignal(), reader.steps);
        for (double& sigma : sigmas)
            sigma = sigma / (sigma + 1);
    } else if (!rule.empty()) {
        config.refuse("use_flow_sigmas");  // the other program then has sigmas above 1 on rectified flow
    } else if (isUnipc && !begins(sigmas, reader.reference.sigmas)) {
        sigmas = newerFlowSigmas(reader, levels, shift);
    }
    TimeGrid grid;
    for (const double sigma : sigmas)
        grid.levels.push_back(flowLevel(sigma, std::floor(sigma * levels)));
    for (std::size_t i = 0; i < grid.levels.size() && i < reader.reference.timesteps.size(); ++i)
        if (std::abs(reader.reference.timesteps[i] - sigmas[i] * levels) < 1 + 1e-6)
            grid.levels[i].t = reader.reference.timesteps[i];  // cut to whole, or not

    const std::string end =
        spacing.hasFinalType ? config.text("final_sigmas_type", spacing.finalDefault) : spacing.finalDefault;
    if (end == "zero")
        grid.levels.push_back({0, 1, 0});
    else if (spacing.repeatsLast)
        grid.levels.push_back(grid.levels.back());
    else
        // The other program takes the least sigma/alpha of its training schedule for a sigma of the flow.
        grid.levels.push_back(flowLevel(schedule.level(0).noiseToSignal(), 0));
    return grid;
}

TimeGrid flowSpacedGrid(CaseReader& reader)
{
    auto& config = reader.config;
    const int steps = reader.steps;
    const double levels = config.integer("num_train_timesteps", 1000);
    const bool isDynamic = config.flag("use_dynamic_shifting", false);
    const double shift = config.number("shift", 1);
    // The ends of the training sigmas are shifted, and what lies between them is shifted once more (quirk 5).
    const double first = isDynamic ? 1 : shifted(1, shift);
    const double last = isDynamic ? 1 / levels : shifted(1 / levels, shift);
    const double applied = isDynamic ? dynamicShift(reader) : shift;
    std::vector<double> sigmas;
    for (int i = 0; i < steps; ++i)
        sigmas.push_back(shifted(steps == 1 ? first : first + (last - first) * i / (steps - 1), applied));
    const auto terminal = config.optionalNumber("shift_terminal");
    if (terminal && *terminal != 0)
        stretchToTerminal(sigmas, *terminal);
    const std::string rule = sigmaRule(config);
    if (!rule.empty())
        sigmas = sigmasByRule(rule, sigmas.front(), sigmas.back(), steps);

    const bool isInverted = config.flag("invert_sigmas", false);
    TimeGrid grid;
    for (const double each : sigmas) {
        const double sigma = isInverted ? 1 - each : each;
        grid.levels.push_back(flowLevel(sigma, sigma * levels));
    }
    grid.levels.push_back(isInverted ? flowLevel(1, levels) : NoiseLevel{0, 1, 0});
    return grid;
}

}  // namespace diffuscope::verify
