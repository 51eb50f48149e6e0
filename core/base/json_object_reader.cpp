// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_object_reader.h"

#include "core/base/error.h"
#include "core/base/number_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace diffuscope::base {

namespace {

using nlohmann::json;

[[noreturn]] void refuseText(const std::string& what, const std::string& problem, const std::string& hint)
{
    throw Error(ErrorCode::invalidOption, "The " + what + " " + problem + ".", hint);
}

/// A key as it may be shown: short, without control characters.
std::string shown(const std::string& key)
{
    std::string text = key.substr(0, 60);
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return text;
}

std::string position(const std::string& text, std::size_t byte)
{
    const std::string_view before(text.data(), std::min(byte > 0 ? byte - 1 : 0, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto lineStart = before.rfind('\n');
    const auto column = before.size() - (lineStart == before.npos ? 0 : lineStart + 1) + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Watches a parse: refuses deep nesting and keys given twice.
class ParseGuard
{
public:
    ParseGuard(std::string what, std::size_t deepest) : m_what(std::move(what)), m_deepest(deepest) {}

    bool operator()(int, json::parse_event_t event, json& parsed)
    {
        using Event = json::parse_event_t;
        if (event == Event::object_start || event == Event::array_start) {
            m_keys.emplace_back();
            if (m_keys.size() > m_deepest)
                refuseText(m_what,
                           "holds objects or lists nested more than " + std::to_string(m_deepest) + " deep",
                           "Write it as this program does.");
        } else if (event == Event::object_end || event == Event::array_end) {
            m_keys.pop_back();
        } else if (event == Event::key && !m_keys.back().insert(parsed.get<std::string>()).second) {
            refuseText(m_what, "gives the key \"" + shown(parsed.get<std::string>()) + "\" twice",
                       "Leave one of the two out.");
        }
        return true;
    }

private:
    std::string m_what;
    std::size_t m_deepest;
    std::vector<std::set<std::string>> m_keys;
};

}  // namespace

json parsedStrictly(const std::string& what, const std::string& text, std::size_t mostBytes,
                    std::size_t deepest)
{
    if (text.size() > mostBytes)
        refuseText(what, "is longer than " + std::to_string(mostBytes >> 20) + " MiB",
                   "Choose a file that this program wrote.");
    try {
        ParseGuard guard(what, deepest);
        return json::parse(text, [&guard](int depth, json::parse_event_t event, json& parsed) {
            return guard(depth, event, parsed);
        });
    } catch (const json::parse_error& error) {
        refuseText(what, "is not JSON at " + position(text, error.byte), "Correct the text there.");
    } catch (const json::exception&) {
        refuseText(what, "holds a number too large for any option", "Correct the number.");
    }
}

JsonObjectReader::JsonObjectReader(const json& object, std::string path)
    : m_object(object), m_path(std::move(path))
{
    if (!m_object.is_object())
        throw Error(ErrorCode::invalidOption, "\"" + m_path + "\" is not a JSON object.",
                    "Write it between { and }.");
}

void JsonObjectReader::refuse(const std::string& key, const std::string& expected) const
{
    throw Error(ErrorCode::invalidOption, "\"" + pathOf(shown(key)) + "\" is not " + expected + ".",
                "Set it to " + expected + ".");
}

const json* JsonObjectReader::find(const char* key)
{
    m_known.insert(key);
    const auto found = m_object.find(key);
    return found == m_object.end() ? nullptr : &*found;
}

void JsonObjectReader::read(const char* key, std::string& target, std::size_t longest)
{
    const json* value = find(key);
    if (!value)
        return;
    const std::string* text = value->get_ptr<const std::string*>();
    const bool printable =
        text && std::none_of(text->begin(), text->end(), [](unsigned char c) { return c < 0x20; });
    if (!printable || text->empty() || text->size() > longest)
        refuse(key, "a text of 1 to " + std::to_string(longest) + " characters");
    target = *text;
}

void JsonObjectReader::read(const char* key, int& target, int least, int most)
{
    const json* value = find(key);
    if (!value)
        return;
    const bool fits = value->is_number_unsigned()
                          ? value->get<std::uint64_t>() <= std::uint64_t(std::max(most, 0))
                          : value->is_number_integer() && value->get<std::int64_t>() <= most;
    if (!fits || value->get<std::int64_t>() < least)
        refuse(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    target = value->get<int>();
}

void JsonObjectReader::read(const char* key, double& target, double least, double most)
{
    const json* value = find(key);
    if (!value)
        return;
    if (!value->is_number() || !(value->get<double>() >= least && value->get<double>() <= most))
        refuse(key, "a number from " + numberText(least) + " to " + numberText(most));
    target = value->get<double>();
}

void JsonObjectReader::read(const char* key, std::uint64_t& target)
{
    const json* value = find(key);
    if (!value)
        return;
    if (!value->is_number_unsigned())
        refuse(key, "a whole number from 0 to 18446744073709551615");
    target = value->get<std::uint64_t>();
}

void JsonObjectReader::finish() const
{
    for (const auto& [key, value] : m_object.items())
        if (!m_known.contains(key))
            throw Error(ErrorCode::invalidOption,
                        "\"" + pathOf(shown(key)) + "\" is a key that this program does not know.",
                        "Leave it out, or open the file with a newer version.");
}

}  // namespace diffuscope::base
