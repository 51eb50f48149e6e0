// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/schedule_registry.h"

#include "core/base/error.h"
#include "core/schedule/schedule_families.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::schedule {

namespace {

std::vector<ScheduleFamily> allFamilies()
{
    std::vector<ScheduleFamily> all;
    for (auto* group : {betaFamilies, alphaBarFamilies, continuousFamilies, drawnFamilies})
        for (auto& family : group())
            all.push_back(std::move(family));
    return all;
}

/// The sqrt(alphaBar) that stands for almost no signal: alphaBar = 2^-24, the value the field uses where a
/// sampler needs a finite sigma; half of the level before where that is less.
constexpr double almostZeroAlpha = 0x1p-12;
/// The alphaBar that ComfyUI takes for it.
constexpr double comfyAlphaBar = 4.8973451890853435e-8;

/// Shifts and scales sqrt(alphaBar) so that the last level keeps no signal, or next to none, and the first
/// stays as it was (Lin et al. 2023, algorithm 1).
NoiseSchedule withTerminalSnr(const NoiseSchedule& schedule, const std::string& terminal)
{
    const auto lastAlpha = [&terminal](double before) {
        if (terminal == "near_zero_comfyui")
            return std::min(std::sqrt(comfyAlphaBar), before / 2);
        return terminal == "near_zero" ? std::min(almostZeroAlpha, before / 2) : 0.0;
    };
    const int count = schedule.levels();
    const double first = schedule.level(0).alpha;
    const double last = schedule.level(count - 1).alpha;
    std::vector<double> alpha;
    std::vector<double> sigma;
    for (int t = 0; t < count; ++t) {
        if (t + 1 < count)
            alpha.push_back((schedule.level(t).alpha - last) * (first / (first - last)));
        else
            alpha.push_back(lastAlpha(alpha.back()));
        sigma.push_back(std::sqrt((1 - alpha.back()) * (1 + alpha.back())));
    }
    return NoiseSchedule::fromLevels(schedule.name(), std::move(alpha), std::move(sigma));
}

}  // namespace

base::Option levelsOption()
{
    return base::Option::integer("levels", "T", 1000, 2, 10000,
                                 "How many noise levels the network was trained on, usually 1000.");
}

std::vector<base::Option> withSharedOptions(std::vector<base::Option> options)
{
    options.push_back(base::Option::choice(
        "terminal_snr", "Last level", "as_is",
        {{"as_is", "As the schedule is"},
         {"zero", "Zero signal"},
         {"near_zero", "Almost zero signal"},
         {"near_zero_comfyui", "Almost zero signal, as ComfyUI"}},
        "Whether the curve is rescaled until its last level is pure noise, so that sampling can start from "
        "exactly "
        "what training saw (predict v or x0 then: noise prediction divides by zero there)."));
    options.push_back(levelsOption());
    return options;
}

NoiseSchedule finished(const std::string& name, std::vector<double> betas, const base::OptionValues& values)
{
    NoiseSchedule schedule = NoiseSchedule::fromBetas(name, std::move(betas));
    const std::string& terminal = base::text(values, "terminal_snr");
    if (terminal == "as_is")
        return schedule;
    return withTerminalSnr(schedule, terminal);
}

std::vector<double> linspace(double first, double last, int n)
{
    std::vector<double> points;
    for (int i = 0; i < n; ++i)
        points.push_back(n == 1 ? first : first + (last - first) * i / (n - 1));
    if (n > 1)
        points.back() = last;
    return points;
}

const std::vector<ScheduleFamily>& scheduleFamilies()
{
    static const std::vector<ScheduleFamily> families = allFamilies();
    return families;
}

const ScheduleFamily& scheduleFamily(const std::string& id)
{
    std::string wanted = id;
    std::replace(wanted.begin(), wanted.end(), '-', '_');
    std::string names;
    for (const auto& family : scheduleFamilies()) {
        if (family.id == wanted)
            return family;
        names += (names.empty() ? "" : ", ") + family.id;
    }
    throw Error(ErrorCode::invalidOption, "There is no schedule \"" + id + "\".",
                "Choose one of " + names + ".");
}

NoiseSchedule makeSchedule(const ScheduleSpec& spec)
{
    const ScheduleFamily& family = scheduleFamily(spec.family);
    return family.make(base::completed("schedule " + family.displayName, family.options, spec.options));
}

}  // namespace diffuscope::schedule
