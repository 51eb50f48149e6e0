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

}  // namespace diffuscope::sample
