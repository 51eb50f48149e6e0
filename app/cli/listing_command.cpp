// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/registry_view.h"
#include "app/cli/text_layout.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>

namespace diffuscope::cli {
namespace {

using base::EntryKind;
using base::Option;
using base::OptionKind;
using nlohmann::ordered_json;

struct ListingArguments
{
    EntryKind kind;
    std::string name;
    bool json = false;
    bool brief = false;
    bool all = false;  ///< with options that only repeat other programs
};

std::string shown(const base::OptionValue& value)
{
    if (const bool* on = std::get_if<bool>(&value))
        return *on ? "true" : "false";
    if (const double* number = std::get_if<double>(&value))
        return formatted(*number, 12);
    const auto& text = std::get<std::string>(value);
    return text.empty() || text.find(' ') != std::string::npos ? "\"" + text + "\"" : text;
}

std::string range(const Option& option)
{
    const std::string limits = formatted(option.minimum, 12) + " to " + formatted(option.maximum, 12);
    switch (option.kind) {
        case OptionKind::number:
            return "number, " + limits;
        case OptionKind::integer:
            return "whole number, " + limits;
        case OptionKind::toggle:
            return "true or false";
        case OptionKind::text:
            return "text";
        case OptionKind::choice:
            break;
    }
    std::string choices;
    for (const auto& choice : option.choices)
        choices += (choices.empty() ? "" : " | ") + choice.id;
    return choices;
}

std::string presetText(const base::OptionValues& preset)
{
    std::string text;
    for (const auto& [id, value] : preset)
        text += (text.empty() ? "" : ", ") + id + "=" + shown(value);
    return text;
}

std::string aliasText(EntryKind kind, const std::string& id)
{
    std::string text;
    for (const auto& alias : base::aliasesOf(kind, id)) {
        text += (text.empty() ? "Also " : ", ") + alias.name;
        text += alias.preset.empty() ? "" : " (" + presetText(alias.preset) + ")";
    }
    return text.empty() ? "" : text + ".";
}

constexpr std::size_t indent = 4;

std::string headline(const EntryView& entry)
{
    std::string line = padded(entry.id, 22);
    if (!entry.sampling)
        return line + entry.displayName + "\n";
    const auto& sampling = *entry.sampling;
    line += padded(entry.displayName, 24) + padded("order " + std::to_string(sampling.order), 10);
    line += padded(std::to_string(sampling.evaluationsPerStep) +
                       (sampling.evaluationsPerStep == 1 ? " evaluation a step" : " evaluations a step"),
                   22);
    line += sampling.stochastic ? "stochastic" : "deterministic";
    return line + (sampling.inverse ? ", from image to noise\n" : "\n");
}

std::string optionText(const Option& option)
{
    std::string line = std::string(indent, ' ') + padded(option.id, 20) + padded(range(option), 34);
    line += "default " + shown(option.defaultValue) + "\n";
    return line + paragraph(option.displayName + ": " + option.explanation, 2 * indent);
}

std::string entryText(EntryKind kind, const EntryView& entry, bool withSource, bool all)
{
    std::string text = headline(entry) + paragraph(entry.description, indent);
    if (const std::string names = aliasText(kind, entry.id); !names.empty())
        text += paragraph(names, indent);
    if (withSource && !entry.source.empty())
        text += paragraph(entry.family + ". " + entry.source + ".", indent);
    int folded = 0;
    for (const auto& option : entry.options)
        if (all || !option.isForCompatibility)
            text += optionText(option);
        else
            ++folded;
    if (folded > 0)
        text += paragraph("And " + std::to_string(folded) + (folded == 1 ? " option" : " options") +
                              " to repeat runs of other programs, which --all shows.",
                          indent);
    return text;
}

ordered_json jsonOf(const base::OptionValue& value)
{
    return std::visit([](const auto& plain) { return ordered_json(plain); }, value);
}

ordered_json jsonOf(const Option& option)
{
    static const char* const kinds[] = {"number", "integer", "toggle", "choice", "text"};
    ordered_json object = {{"id", option.id},
                           {"name", option.displayName},
                           {"type", kinds[std::size_t(option.kind)]},
                           {"default", jsonOf(option.defaultValue)}};
    if (option.kind == OptionKind::number || option.kind == OptionKind::integer) {
        object["minimum"] = option.minimum;
        object["maximum"] = option.maximum;
    }
    for (const auto& choice : option.choices)
        object["choices"].push_back({{"id", choice.id}, {"name", choice.displayName}});
    object["explanation"] = option.explanation;
    object["compatibility"] = option.isForCompatibility;
    return object;
}

ordered_json jsonOf(EntryKind kind, const EntryView& entry)
{
    ordered_json object = {{"id", entry.id}, {"name", entry.displayName}};
    if (entry.sampling) {
        object["family"] = entry.family;
        object["order"] = entry.sampling->order;
        object["evaluations_per_step"] = entry.sampling->evaluationsPerStep;
        object["stochastic"] = entry.sampling->stochastic;
        object["inverse"] = entry.sampling->inverse;
        object["source"] = entry.source;
    }
    object["description"] = entry.description;
    object["aliases"] = ordered_json::array();
    for (const auto& alias : base::aliasesOf(kind, entry.id)) {
        ordered_json preset = ordered_json::object();
        for (const auto& [id, value] : alias.preset)
            preset[id] = jsonOf(value);
        object["aliases"].push_back({{"name", alias.name}, {"options", preset}});
    }
    object["options"] = ordered_json::array();
    for (const auto& option : entry.options)
        object["options"].push_back(jsonOf(option));
    return object;
}

void printJson(const ListingArguments& arguments)
{
    ordered_json document = ordered_json::array();
    if (!arguments.name.empty())
        document = jsonOf(arguments.kind, findEntry(arguments.kind, arguments.name));
    else
        for (const auto& entry : entriesOf(arguments.kind))
            document.push_back(jsonOf(arguments.kind, entry));
    std::printf("%s\n", document.dump(2).c_str());
}

void printText(const ListingArguments& arguments)
{
    if (!arguments.name.empty()) {
        const auto entry = findEntry(arguments.kind, arguments.name);
        std::fputs(entryText(arguments.kind, entry, true, arguments.all).c_str(), stdout);
        return;
    }
    for (const auto& entry : entriesOf(arguments.kind)) {
        const std::string text =
            arguments.brief ? headline(entry) : entryText(arguments.kind, entry, false, arguments.all) + "\n";
        std::fputs(text.c_str(), stdout);
    }
}

void addListing(CLI::App& program, EntryKind kind, const std::string& description)
{
    auto* command = program.add_subcommand(listingCommand(kind), description);
    auto arguments = std::make_shared<ListingArguments>(ListingArguments{kind, {}});
    command->add_option("name", arguments->name, "Only this " + noun(kind) + ", with its source");
    command->add_flag("--brief", arguments->brief, "One line each");
    command->add_flag("--all", arguments->all, "Also the options that only repeat other programs");
    command->add_flag("--json", arguments->json, "As JSON");
    command->callback([arguments] { arguments->json ? printJson(*arguments) : printText(*arguments); });
}

}  // namespace

void addListingCommands(CLI::App& program)
{
    addListing(program, EntryKind::sampler, "List the samplers and their options");
    addListing(program, EntryKind::schedule, "List the noise schedules and their options");
    addListing(program, EntryKind::grid, "List the time grids and their options");
    addListing(program, EntryKind::guidance, "List the rules of guidance and their options");
    addListing(program, EntryKind::clipping, "List the rules of clipping and their options");
    addListing(program, EntryKind::target, "List what networks may predict");
}

}  // namespace diffuscope::cli
