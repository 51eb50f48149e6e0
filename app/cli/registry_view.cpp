// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/registry_view.h"

#include "core/base/error.h"
#include "core/denoise/rule_registry.h"
#include "core/denoise/target_info.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"

#include <algorithm>

namespace diffuscope::cli {

using base::EntryKind;

namespace {

EntryView viewOf(const samplers::SamplerInfo& info)
{
    return {info.id,
            info.displayName,
            info.family,
            info.source,
            info.description,
            info.options,
            SamplingTraits{info.order, info.evaluationsPerStep, info.stochastic, info.inverse}};
}

// Schedule families, grid rules and the rules of guidance and clipping name their parts alike.
template <typename Entry>
EntryView viewOf(const Entry& entry)
{
    return {entry.id, entry.displayName, {}, {}, entry.description, entry.options, {}};
}

template <typename Entries>
std::vector<EntryView> viewsOf(const Entries& entries)
{
    std::vector<EntryView> views;
    for (const auto& entry : entries)
        views.push_back(viewOf(entry));
    return views;
}

std::string suggestion(const std::string& name, const std::vector<std::string>& candidates)
{
    const std::string nearest = base::nearestName(name, candidates);
    return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

std::string shortened(const std::string& text)
{
    return text.size() > 60 ? text.substr(0, 60) + "…" : text;
}

[[noreturn]] void refuseEntry(EntryKind kind, const std::string& name, const std::vector<EntryView>& entries)
{
    std::vector<std::string> candidates;
    for (const auto& entry : entries)
        candidates.push_back(entry.id);
    for (const auto& alias : base::aliases(kind))
        candidates.push_back(alias.name);
    std::string ending = suggestion(name, candidates);
    if (ending.empty())
        ending = "; \"diffuscope-cli " + listingCommand(kind) + "\" lists those there are.";
    throw Error(ErrorCode::invalidOption,
                "There is no " + noun(kind) + " \"" + shortened(name) + "\"" + ending);
}

[[noreturn]] void refuseOption(const std::string& owner, const std::string& name, const EntryView& entry)
{
    std::vector<std::string> ids;
    std::string known;
    for (const auto& option : entry.options) {
        ids.push_back(option.id);
        known += (known.empty() ? "" : ", ") + option.id;
    }
    const std::string ending = suggestion(name, ids);
    throw Error(ErrorCode::invalidOption, "There is no option \"" + shortened(name) + "\" of " + owner +
                                              (!ending.empty() ? ending
                                               : known.empty() ? "; it has none."
                                                               : "; it has " + known + "."));
}

void assign(EntryKind kind, const EntryView& entry, base::OptionValues& values, const std::string& text)
{
    const std::string owner = noun(kind) + " " + entry.displayName;
    const auto equals = text.find('=');
    if (equals == std::string::npos) {
        throw Error(ErrorCode::invalidOption,
                    "\"" + shortened(text) + "\" sets no option of " + owner + "; write option=value.");
    }
    const std::string wanted = base::canonicalName(text.substr(0, equals));
    for (const auto& option : entry.options) {
        if (base::canonicalName(option.id) == wanted) {
            values[option.id] = base::parsed(owner, option, text.substr(equals + 1));
            return;
        }
    }
    refuseOption(owner, text.substr(0, equals), entry);
}

// "a=1,b=2, 3" in parts "a=1" and "b=2, 3".
std::vector<std::string> assignmentsIn(const std::string& text)
{
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (from <= text.size()) {
        const std::size_t comma = std::min(text.find(',', from), text.size());
        std::string part = text.substr(from, comma - from);
        if (part.find('=') == std::string::npos && !parts.empty()) {
            parts.back() += "," + part;
        } else {
            part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
            parts.push_back(std::move(part));
        }
        from = comma + 1;
    }
    return parts;
}

}  // namespace

std::string noun(EntryKind kind)
{
    static const char* const nouns[] = {"sampler", "schedule", "grid", "guidance", "clipping", "target"};
    return nouns[std::size_t(kind)];
}

std::string listingCommand(EntryKind kind)
{
    const bool isUncountable = kind == EntryKind::guidance || kind == EntryKind::clipping;
    return noun(kind) + (isUncountable ? "" : "s");
}

std::vector<EntryView> entriesOf(EntryKind kind)
{
    switch (kind) {
        case EntryKind::sampler:
            return viewsOf(samplers::samplers());
        case EntryKind::schedule:
            return viewsOf(schedule::scheduleFamilies());
        case EntryKind::grid:
            return viewsOf(schedule::gridRules());
        case EntryKind::guidance:
            return viewsOf(denoise::guidanceRules());
        case EntryKind::clipping:
            return viewsOf(denoise::clippingRules());
        case EntryKind::target:
            break;
    }
    return viewsOf(denoise::targetInfos());
}

EntryView findEntry(EntryKind kind, const std::string& name)
{
    const auto entries = entriesOf(kind);
    const std::string id = base::namedEntry(kind, name).id;
    for (const auto& entry : entries)
        if (entry.id == id || base::canonicalName(entry.displayName) == id)
            return entry;
    refuseEntry(kind, name, entries);
}

ChosenEntry chosenEntry(EntryKind kind, const std::string& text)
{
    const auto colon = text.find(':');
    const std::string name = text.substr(0, colon);
    ChosenEntry chosen{findEntry(kind, name).id, base::namedEntry(kind, name).preset};
    if (colon != std::string::npos)
        assignOptions(kind, chosen, assignmentsIn(text.substr(colon + 1)));
    return chosen;
}

void assignOptions(EntryKind kind, ChosenEntry& entry, const std::vector<std::string>& assignments)
{
    const EntryView view = findEntry(kind, entry.id);
    for (const auto& assignment : assignments)
        assign(kind, view, entry.options, assignment);
}

}  // namespace diffuscope::cli
