// SPDX-License-Identifier: GPL-3.0-or-later
// A sweep as it is asked for: fields of a recipe against each other, what to measure of each run, what to
// keep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::sweep {

/// Evenly spaced numbers: from, from + step, …, the last not beyond `to`.
struct Range
{
    /// Whole numbers from 0 on; exact, so that they can be seeds.
    struct Whole
    {
        std::uint64_t from = 0, step = 1;
    };
    std::optional<Whole> whole{};
    double from = 0, step = 1;  ///< where `whole` is absent
};

/// One direction of the sweep: a field, or several that change together.
struct Axis
{
    /// Paths in the JSON of a recipe: "steps", "guidance.scale", "sampler.options.eta"; "sampler" alone takes
    /// a name as well as an object.
    std::vector<std::string> fields;
    std::uint64_t count = 0;
    /// [count][fields.size()], each value as JSON text; empty where there is a range.
    std::vector<std::vector<std::string>> listed{};
    std::optional<Range> range{};

    /// The value of fields[field] at place k < count, as JSON text.
    std::string valueAt(std::uint64_t k, std::size_t field) const;
};

struct SweepPlan
{
    /// What all runs have in common: a recipe as JSON text.
    std::string recipe;
    /// The first changes slowest.
    std::vector<Axis> axes;
    std::vector<std::string> measures;  ///< ids of measures.h
    std::vector<std::string> kept;      ///< ids of keptFiles()
    /// What makes of each run's recipe the one that its result is compared with, as a JSON object of fields;
    /// empty where no measure needs it.
    std::string reference{};

    std::uint64_t runs() const;
};

/// More runs than these are no sweep but a mistake.
constexpr std::uint64_t mostRuns = 100'000;

/// What may be kept of a run: "images" (a safetensors file) and "sheet" (a PNG with its recipe in it).
const std::vector<std::string>& keptFiles();

/// Reads
///
///     {"version": 1,
///      "recipe": {…},
///      "vary": [{"field": "sampler", "values": ["ddim", "dpmpp_2m"]},
///               {"field": "seed", "from": 1, "to": 10, "step": 1},
///               {"fields": ["steps", "guidance.scale"], "values": [[10, 2], [20, 4]]}],
///      "measure": ["evaluations", "error"], "reference": {"sampler": "ddim", "steps": 500},
///      "keep": ["images"]}
///
/// of which all but version and vary may be absent. Throws Error(invalidOption) that names the key, also for
/// more than mostRuns runs, which are counted and not made, and for fields that overlap.
SweepPlan planFromJson(const std::string& text);

}  // namespace diffuscope::sweep
