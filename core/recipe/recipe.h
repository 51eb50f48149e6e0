// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that determines a run, as a plain value that can be compared, stored and sent to another thread.
#pragma once

#include "core/recipe/condition.h"
#include "core/recipe/guidance_spec.h"
#include "core/recipe/network_switches.h"
#include "core/recipe/sampler_spec.h"
#include "core/recipe/start.h"
#include "core/schedule/time_grid.h"

#include <cstdint>
#include <optional>
#include <string>

namespace diffuscope::recipe {

/// A recipe asks for at most so many samples; what a model and a window allow may be less.
constexpr int mostSamples = 100'000;

struct Recipe
{
    std::string model = "mnist";
    Condition condition = Condition::classLabel(7);
    /// The schedule to sample on; absent means the one the model was trained on. A network that is asked for
    /// levels of another schedule is told the time at which it knew the same sigma/alpha.
    std::optional<schedule::ScheduleSpec> schedule{};
    schedule::GridSpec grid{};
    int steps = 20;
    SamplerSpec sampler{};
    GuidanceSpec guidance{.rule = "cfg", .scale = 2.0, .options = {}};
    ClippingSpec clipping{};
    Start start{};
    Measurement measurement{};
    NetworkSwitches network{};
    std::uint64_t seed = 1;
    int batch = 16;

    bool operator==(const Recipe&) const = default;
};

/// The recipe as versioned JSON text (C locale, stable key order, numbers that read back identically), and
/// back. Keys that are absent keep their defaults; all but `version` may be. toJson throws
/// Error(invalidOption) for a number that is not finite. recipeFromJson throws Error(invalidOption) with the
/// key's path for a missing version, an unknown key, a value of the wrong type or out of range, an unknown
/// schedule or grid or an option of theirs, and for the recipe of a branch, which planFromJson() reads
/// (run_plan.h); options of sampler, guidance and clipping are checked for type here and for range when a run
/// starts.
std::string toJson(const Recipe& recipe);
Recipe recipeFromJson(const std::string& text);

}  // namespace diffuscope::recipe
