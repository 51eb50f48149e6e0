// SPDX-License-Identifier: GPL-3.0-or-later
// Describes the options of schedules, grids, samplers and guidance, so that one description serves the recipe
// panel, the command line, the recipe file and the range checks.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace diffuscope::base {

enum class OptionKind {
    number,   ///< double
    integer,  ///< double that holds a whole number
    toggle,   ///< bool
    choice,   ///< std::string, one of `choices`
    text,     ///< std::string, free form (a typed list of times, a drawn curve)
};

using OptionValue = std::variant<bool, double, std::string>;

/// Option id → value. What is absent has the option's default.
using OptionValues = std::map<std::string, OptionValue>;

struct Choice
{
    std::string id;
    std::string displayName;
};

/// One option: how it is called, what it does in one sentence, and which values it may have.
struct Option
{
    std::string id;           ///< snake_case, as in recipe files and on the command line
    std::string displayName;  ///< the field's usual name or symbol, e.g. "η"
    std::string explanation;  ///< one sentence for tooltip and `--help`
    OptionKind kind = OptionKind::number;
    double minimum = 0;
    double maximum = 1;
    OptionValue defaultValue = 0.0;
    std::vector<Choice> choices{};
    int decimals = 3;  ///< digits after the point that an editor shows
    /// There only so that a run of another program can be repeated: folded away where options are shown.
    bool isForCompatibility = false;

    static Option number(std::string id, std::string displayName, double defaultValue, double minimum,
                         double maximum, std::string explanation, int decimals = 3);
    static Option integer(std::string id, std::string displayName, int defaultValue, int minimum, int maximum,
                          std::string explanation);
    static Option toggle(std::string id, std::string displayName, bool defaultValue, std::string explanation);
    static Option choice(std::string id, std::string displayName, std::string defaultValue,
                         std::vector<Choice> choices, std::string explanation);
    static Option text(std::string id, std::string displayName, std::string defaultValue,
                       std::string explanation);
    /// The same, marked as one that only repeats another program.
    Option forCompatibility() const;
};

/// `values` checked against `options` and completed with their defaults.
/// Throws Error(invalidOption) that names `owner` (e.g. "sampler DDIM"), the option and its range, for an
/// unknown id, a value of the wrong type, a number that is not finite or out of range, an unknown choice.
OptionValues completed(const std::string& owner, const std::vector<Option>& options,
                       const OptionValues& values);

/// Typed access to completed values; throws Error(internal) when `id` is absent or of another type.
double number(const OptionValues& values, std::string_view id);
int integer(const OptionValues& values, std::string_view id);
bool toggle(const OptionValues& values, std::string_view id);
const std::string& text(const OptionValues& values, std::string_view id);

/// `text` parsed as the option's kind ("0.5", "true", "midpoint"), for the command line.
/// Throws Error(invalidOption) that names the option.
OptionValue parsed(const std::string& owner, const Option& option, const std::string& text);

}  // namespace diffuscope::base
