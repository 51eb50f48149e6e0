// SPDX-License-Identifier: GPL-3.0-or-later
// The registries in one shape, so that listings and flags treat samplers, schedules, grids and rules alike.
#pragma once

#include "core/base/aliases.h"

#include <optional>
#include <string>
#include <vector>

namespace diffuscope::cli {

/// What is told of samplers alone.
struct SamplingTraits
{
    int order = 1;
    int evaluationsPerStep = 1;
    bool stochastic = false;
    bool inverse = false;
};

struct EntryView
{
    std::string id;
    std::string displayName;
    std::string family;  ///< empty where entries have none
    std::string source;  ///< empty where none is stated
    std::string description;
    std::vector<base::Option> options;
    std::optional<SamplingTraits> sampling{};
};

/// "sampler" for one entry, "samplers" for the command that lists them.
std::string noun(base::EntryKind kind);
std::string listingCommand(base::EntryKind kind);

/// Every entry, in the order in which they are shown.
std::vector<EntryView> entriesOf(base::EntryKind kind);

/// The entry of an id, an alias or a display name; '-' and '_', small and capital letters are the same.
/// Throws Error(invalidOption), one sentence with the nearest name.
EntryView findEntry(base::EntryKind kind, const std::string& name);

/// An entry's id with options.
struct ChosenEntry
{
    std::string id;
    base::OptionValues options{};
};

/// From "name" or "name:option=value,option=value"; a part without '=' belongs to the value before it, so
/// that "typed:values=999, 500, 10" is one list. An alias' options come first. Throws Error(invalidOption)
/// that names the option and its range.
ChosenEntry chosenEntry(base::EntryKind kind, const std::string& text);

/// Sets options from "option=value" texts. Throws as chosenEntry().
void assignOptions(base::EntryKind kind, ChosenEntry& entry, const std::vector<std::string>& assignments);

}  // namespace diffuscope::cli
