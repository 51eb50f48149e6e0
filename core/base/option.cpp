// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/option.h"

#include "core/base/error.h"
#include "core/base/number_text.h"

#include <charconv>
#include <cmath>

namespace diffuscope::base {

namespace {

std::string allowed(const Option& option)
{
    switch (option.kind) {
        case OptionKind::number:
            return "a number from " + numberText(option.minimum) + " to " + numberText(option.maximum);
        case OptionKind::integer:
            return "a whole number from " + numberText(option.minimum) + " to " + numberText(option.maximum);
        case OptionKind::toggle:
            return "true or false";
        case OptionKind::text:
            return "a text";
        case OptionKind::choice:
            break;
    }
    std::string names;
    for (const auto& choice : option.choices)
        names += (names.empty() ? "" : ", ") + choice.id;
    return "one of " + names;
}

[[noreturn]] void refuse(const std::string& owner, const Option& option, const std::string& got)
{
    throw Error(ErrorCode::invalidOption,
                "The option \"" + option.id + "\" of " + owner + " is " + got + ", but must be " +
                    allowed(option) + ".",
                "Set \"" + option.id + "\" to " + allowed(option) + ".");
}

void checkNumber(const std::string& owner, const Option& option, const OptionValue& value)
{
    const double* number = std::get_if<double>(&value);
    if (!number)
        refuse(owner, option, "not a number");
    if (!std::isfinite(*number))
        refuse(owner, option, "not finite");
    if (*number < option.minimum || *number > option.maximum)
        refuse(owner, option, numberText(*number));
    if (option.kind == OptionKind::integer && *number != std::floor(*number))
        refuse(owner, option, numberText(*number));
}

void check(const std::string& owner, const Option& option, const OptionValue& value)
{
    switch (option.kind) {
        case OptionKind::number:
        case OptionKind::integer:
            checkNumber(owner, option, value);
            return;
        case OptionKind::toggle:
            if (!std::holds_alternative<bool>(value))
                refuse(owner, option, "neither true nor false");
            return;
        case OptionKind::text:
            if (!std::holds_alternative<std::string>(value))
                refuse(owner, option, "not a text");
            return;
        case OptionKind::choice:
            break;
    }
    const std::string* id = std::get_if<std::string>(&value);
    if (!id)
        refuse(owner, option, "not a text");
    for (const auto& choice : option.choices)
        if (choice.id == *id)
            return;
    refuse(owner, option, "\"" + *id + "\"");
}

template <typename T>
const T& get(const OptionValues& values, std::string_view id)
{
    const auto found = values.find(std::string(id));
    if (found == values.end() || !std::holds_alternative<T>(found->second))
        throw Error(ErrorCode::internal,
                    "The option \"" + std::string(id) + "\" was read but never described.");
    return std::get<T>(found->second);
}

}  // namespace

Option Option::number(std::string id, std::string displayName, double defaultValue, double minimum,
                      double maximum, std::string explanation, int decimals)
{
    return {std::move(id),
            std::move(displayName),
            std::move(explanation),
            OptionKind::number,
            minimum,
            maximum,
            defaultValue,
            {},
            decimals};
}

Option Option::integer(std::string id, std::string displayName, int defaultValue, int minimum, int maximum,
                       std::string explanation)
{
    return {std::move(id),
            std::move(displayName),
            std::move(explanation),
            OptionKind::integer,
            double(minimum),
            double(maximum),
            double(defaultValue),
            {},
            0};
}

Option Option::toggle(std::string id, std::string displayName, bool defaultValue, std::string explanation)
{
    return {std::move(id),
            std::move(displayName),
            std::move(explanation),
            OptionKind::toggle,
            0,
            1,
            defaultValue,
            {},
            0};
}

Option Option::choice(std::string id, std::string displayName, std::string defaultValue,
                      std::vector<Choice> choices, std::string explanation)
{
    return {std::move(id),
            std::move(displayName),
            std::move(explanation),
            OptionKind::choice,
            0,
            1,
            std::move(defaultValue),
            std::move(choices),
            0};
}

Option Option::text(std::string id, std::string displayName, std::string defaultValue,
                    std::string explanation)
{
    return {std::move(id),
            std::move(displayName),
            std::move(explanation),
            OptionKind::text,
            0,
            1,
            std::move(defaultValue),
            {},
            0};
}

Option Option::forCompatibility() const
{
    Option marked = *this;
    marked.isForCompatibility = true;
    return marked;
}

OptionValues completed(const std::string& owner, const std::vector<Option>& options,
                       const OptionValues& values)
{
    OptionValues result;
    for (const auto& option : options) {
        const auto found = values.find(option.id);
        const OptionValue& value = found == values.end() ? option.defaultValue : found->second;
        check(owner, option, value);
        result.emplace(option.id, value);
    }
    for (const auto& [id, value] : values) {
        if (result.contains(id))
            continue;
        std::string names;
        for (const auto& option : options)
            names += (names.empty() ? "" : ", ") + option.id;
        throw Error(ErrorCode::invalidOption,
                    "There is no option \"" + id + "\" of " + owner + "; it has " +
                        (names.empty() ? "none" : names) + ".",
                    "Leave \"" + id + "\" out.");
    }
    return result;
}

double number(const OptionValues& values, std::string_view id)
{
    return get<double>(values, id);
}

int integer(const OptionValues& values, std::string_view id)
{
    return int(get<double>(values, id));
}

bool toggle(const OptionValues& values, std::string_view id)
{
    return get<bool>(values, id);
}

const std::string& text(const OptionValues& values, std::string_view id)
{
    return get<std::string>(values, id);
}

OptionValue parsed(const std::string& owner, const Option& option, const std::string& text)
{
    switch (option.kind) {
        case OptionKind::toggle:
            if (text == "true" || text == "on" || text == "1")
                return true;
            if (text == "false" || text == "off" || text == "0")
                return false;
            refuse(owner, option, "\"" + text + "\"");
        case OptionKind::number:
        case OptionKind::integer: {
            double value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc() || end != text.data() + text.size())
                refuse(owner, option, "\"" + text + "\"");
            checkNumber(owner, option, value);
            return value;
        }
        case OptionKind::choice:
        case OptionKind::text:
            break;
    }
    check(owner, option, text);
    return text;
}

}  // namespace diffuscope::base
