// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/class_list.h"

#include "core/base/error.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace diffuscope::cli {
namespace {

std::optional<int> parseNumber(std::string_view text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

[[noreturn]] void refuse(const std::string& text, int classes)
{
    throw Error(ErrorCode::invalidOption,
                "--class is \"" + text + "\", which is no choice of classes of this model.",
                classes > 0 ? "Give classes from 0 to " + std::to_string(classes - 1) + " (7, 0-" +
                                  std::to_string(classes - 1) + " or 1,3,5), or none."
                            : "This model is unconditional: give none.");
}

}  // namespace

std::vector<int> parseClassList(const std::string& text, int classes)
{
    std::vector<int> list;
    if (text == "none")
        return list;
    std::string_view rest = text;
    while (true) {
        const auto comma = rest.find(',');
        const auto part = rest.substr(0, comma);
        const auto dash = part.find('-', 1);
        const auto first = parseNumber(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : parseNumber(part.substr(dash + 1));
        if (!first || !last || *first < 0 || *last >= classes || *first > *last)
            refuse(text, classes);
        for (int label = *first; label <= *last; ++label)
            list.push_back(label);
        if (comma == std::string_view::npos)
            return list;
        rest.remove_prefix(comma + 1);
    }
}

}  // namespace diffuscope::cli
