// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/config_reader.h"

#include "core/base/error.h"

#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

namespace diffuscope::model::diffusers {
namespace {

using nlohmann::json;

/// Puts quotation marks around Python's Infinity, -Infinity and NaN, which JSON does not have.
std::string withQuotedInfinities(const std::string& text)
{
    std::string result;
    bool inText = false;
    for (std::size_t at = 0; at < text.size();) {
        const char letter = text[at];
        if (inText) {
            if (letter == '\\' && at + 1 < text.size())
                result += text[at++];
            else if (letter == '"')
                inText = false;
            result += text[at++];
            continue;
        }
        if (letter == '"')
            inText = true;
        bool replaced = false;
        for (const char* word : {"-Infinity", "Infinity", "NaN"}) {
            const std::string name = word;
            if (text.compare(at, name.size(), name) != 0)
                continue;
            result += '"' + name + '"';
            at += name.size();
            replaced = true;
            break;
        }
        if (!replaced)
            result += text[at++];
    }
    return result;
}

}  // namespace

json readPythonJson(const std::string& path, std::uint64_t largest)
{
    std::error_code failure;
    const auto size = std::filesystem::file_size(path, failure);
    std::ifstream file(path, std::ios::binary);
    if (failure || !file)
        throw Error(ErrorCode::missingFile, "Cannot open " + path + ".",
                    "Check that the file exists and may be read.");
    if (size > largest)
        throw Error(ErrorCode::invalidFile,
                    path + " has " + std::to_string(size) + " bytes, too many for a file of settings.",
                    "Copy it again from where it came from.");
    std::stringstream text;
    text << file.rdbuf();
    std::set<std::string> keys;
    std::string repeated;
    // A copy of JSON takes a call a level: a file of brackets alone would end the program.
    constexpr int deepest = 64;
    const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
        using Event = json::parse_event_t;
        const bool opens = event == Event::object_start || event == Event::array_start;
        if (opens && depth >= deepest)
            throw Error(
                ErrorCode::invalidFile,
                path + " holds objects or lists nested more than " + std::to_string(deepest) + " deep.",
                "Copy it again from where it came from.");
        if (event == Event::key && depth == 1 && !keys.insert(parsed.get<std::string>()).second)
            repeated = parsed.get<std::string>();
        return true;
    };
    json object = json::parse(withQuotedInfinities(text.str()), watch, /*allow_exceptions=*/false);
    if (!object.is_object()) {
        const bool pointer = text.str().rfind("version https://git-lfs", 0) == 0;
        throw Error(
            ErrorCode::invalidFile,
            path + (pointer ? " is a Git LFS pointer, not the file itself." : " is not a JSON object."),
            pointer ? "Fetch the file with \"git lfs pull\" in that folder."
                    : "Copy it again from where it came from.");
    }
    if (!repeated.empty())
        throw Error(ErrorCode::invalidFile, path + " has the key \"" + repeated + "\" twice.",
                    "Copy it again from where it came from.");
    return object;
}

ConfigReader::ConfigReader(json object, std::string where)
    : m_object(std::move(object)), m_where(std::move(where))
{
    if (!m_object.is_object())
        throw Error(ErrorCode::invalidFile, m_where + " is not a JSON object.",
                    "Copy it again from where it came from.");
}

bool ConfigReader::has(const std::string& key) const
{
    return m_object.contains(key);
}

bool ConfigReader::isNull(const std::string& key) const
{
    return m_object.contains(key) && m_object[key].is_null();
}

const json* ConfigReader::find(const std::string& key)
{
    m_read.insert(key);
    const auto found = m_object.find(key);
    return found == m_object.end() || found->is_null() ? nullptr : &*found;
}

const json& ConfigReader::raw(const std::string& key)
{
    static const json null;
    const json* value = find(key);
    return value != nullptr ? *value : null;
}

void ConfigReader::refuse(const std::string& key, const std::string& expected) const
{
    const std::string value = m_object.contains(key) ? m_object[key].dump().substr(0, 80) : "missing";
    throw Error(ErrorCode::invalidFile, m_where + ": \"" + key + "\" is " + value + "; " + expected + ".",
                "Take the configuration that belongs to these weights.");
}

std::int64_t ConfigReader::checked(const std::string& key, const json& value, std::int64_t least,
                                   std::int64_t most) const
{
    const bool whole =
        value.is_number_integer() || (value.is_number_float() && std::isfinite(value.get<double>()) &&
                                      std::floor(value.get<double>()) == value.get<double>());
    const double size = whole ? value.get<double>() : 0;
    if (!whole || size < double(least) || size > double(most))
        refuse(key, "whole numbers from " + std::to_string(least) + " to " + std::to_string(most) +
                        " are understood");
    return std::int64_t(size);
}

std::int64_t ConfigReader::integer(const std::string& key, std::int64_t absent, std::int64_t least,
                                   std::int64_t most)
{
    const json* value = find(key);
    return value != nullptr ? checked(key, *value, least, most) : absent;
}

std::optional<std::int64_t> ConfigReader::optionalInteger(const std::string& key,
                                                          std::optional<std::int64_t> absent,
                                                          std::int64_t least, std::int64_t most)
{
    const json* value = find(key);
    if (value == nullptr)
        return has(key) ? std::nullopt : absent;
    return checked(key, *value, least, most);
}

double ConfigReader::number(const std::string& key, double absent)
{
    const json* value = find(key);
    if (value == nullptr)
        return absent;
    if (!value->is_number() || !std::isfinite(value->get<double>()))
        refuse(key, "a number is expected");
    return value->get<double>();
}

std::optional<double> ConfigReader::optionalNumber(const std::string& key)
{
    return find(key) != nullptr ? std::optional(number(key, 0)) : std::nullopt;
}

bool ConfigReader::flag(const std::string& key, bool absent)
{
    const json* value = find(key);
    if (value == nullptr)
        return absent;
    if (!value->is_boolean())
        refuse(key, "true or false is expected");
    return value->get<bool>();
}

std::string ConfigReader::text(const std::string& key, const std::string& absent)
{
    return optionalText(key, absent).value_or(absent);
}

std::optional<std::string> ConfigReader::optionalText(const std::string& key,
                                                      std::optional<std::string> absent)
{
    const json* value = find(key);
    if (value == nullptr)
        return has(key) ? std::nullopt : absent;
    if (!value->is_string())
        refuse(key, "a text is expected");
    return value->get<std::string>();
}

std::vector<std::string> ConfigReader::texts(const std::string& key, std::vector<std::string> absent)
{
    const json* value = find(key);
    if (value == nullptr)
        return absent;
    constexpr std::size_t most = 32;
    std::vector<std::string> result;
    if (!value->is_array() || value->empty() || value->size() > most)
        refuse(key, "a list of 1 to 32 names is expected");
    for (const auto& item : *value) {
        if (!item.is_string())
            refuse(key, "a list of names is expected");
        result.push_back(item.get<std::string>());
    }
    return result;
}

std::vector<std::int64_t> ConfigReader::integers(const std::string& key, std::vector<std::int64_t> absent,
                                                 std::int64_t least, std::int64_t most)
{
    const json* value = find(key);
    if (value == nullptr)
        return absent;
    constexpr std::size_t longest = 32;
    if (!value->is_array() || value->empty() || value->size() > longest)
        refuse(key, "a list of 1 to 32 whole numbers is expected");
    std::vector<std::int64_t> result;
    for (const auto& item : *value)
        result.push_back(checked(key, item, least, most));
    return result;
}

std::vector<double> ConfigReader::numbers(const std::string& key)
{
    const json* value = find(key);
    std::vector<double> result;
    if (value == nullptr)
        return result;
    if (!value->is_array())
        refuse(key, "a list of numbers is expected");
    for (const auto& item : *value) {
        if (!item.is_number())
            refuse(key, "a list of numbers is expected");
        result.push_back(item.get<double>());
    }
    return result;
}

std::vector<std::int64_t> ConfigReader::perBlock(const std::string& key, std::size_t count,
                                                 std::int64_t absent, std::int64_t least, std::int64_t most)
{
    const json* value = find(key);
    if (value == nullptr || !value->is_array())
        return std::vector<std::int64_t>(count, integer(key, absent, least, most));
    std::vector<std::int64_t> list = integers(key, {}, least, most);
    if (list.size() != count)
        refuse(key, "a list of " + std::to_string(count) + " is expected, one for each block");
    return list;
}

std::vector<bool> ConfigReader::flagPerBlock(const std::string& key, std::size_t count, bool absent)
{
    const json* value = find(key);
    if (value == nullptr || !value->is_array())
        return std::vector<bool>(count, flag(key, absent));
    std::vector<bool> list;
    for (const auto& item : *value) {
        if (!item.is_boolean())
            refuse(key, "a list of true and false is expected");
        list.push_back(item.get<bool>());
    }
    if (list.size() != count)
        refuse(key, "a list of " + std::to_string(count) + " is expected, one for each block");
    return list;
}

std::vector<std::string> ConfigReader::unknownKeys() const
{
    std::vector<std::string> unknown;
    for (const auto& [key, value] : m_object.items())
        if (!key.empty() && key.front() != '_' && m_read.count(key) == 0)
            unknown.push_back(key);
    return unknown;
}

}  // namespace diffuscope::model::diffusers
