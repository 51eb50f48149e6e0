// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_fields.h"

#include "core/base/error.h"
#include "core/base/file_kind.h"
#include "core/base/json_object_reader.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

namespace diffuscope::base {
namespace {

constexpr std::uintmax_t largestFileBytes = 16u << 20;
constexpr std::size_t deepestFile = 64;
constexpr const char* restore = "Restore the original file.";

}  // namespace

nlohmann::json readJsonFile(const std::string& path)
{
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file) {
        throw Error(ErrorCode::missingFile, "Cannot open " + path + ".",
                    "Check that the file exists and may be read.");
    }
    if (bytes > largestFileBytes)
        throw Error(ErrorCode::invalidFile, path + " is larger than 16 MiB, which no such file is.", restore);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (const FileKind kind = fileKindOf(std::string_view(text).substr(0, 64)); kind.isKnown())
        throw Error(ErrorCode::invalidFile, path + " is not valid JSON: " + kind.what + ".", kind.hint);
    try {
        return parsedStrictly("file", text, largestFileBytes, deepestFile);
    } catch (const Error& refusal) {
        throw Error(ErrorCode::invalidFile, path + " is not valid JSON. " + refusal.what(), restore);
    }
}

JsonFields::JsonFields(const nlohmann::json& object, std::string where)
    : m_object(object), m_where(std::move(where))
{
    if (!object.is_object())
        throw Error(ErrorCode::invalidFile, m_where + " must be a JSON object.", restore);
}

const nlohmann::json& JsonFields::field(const char* key) const
{
    const auto found = m_object.find(key);
    if (found == m_object.end())
        throw Error(ErrorCode::invalidFile, m_where + " lacks the field \"" + key + "\".", restore);
    return *found;
}

void JsonFields::refuse(const char* key, const char* expected) const
{
    throw Error(ErrorCode::invalidFile, m_where + ": the field \"" + key + "\" must be " + expected + ".",
                restore);
}

std::string JsonFields::text(const char* key) const
{
    const auto& value = field(key);
    if (!value.is_string())
        refuse(key, "text");
    return value.get<std::string>();
}

double JsonFields::number(const char* key) const
{
    const auto& value = field(key);
    if (!value.is_number() || !std::isfinite(value.get<double>()))
        refuse(key, "a finite number");
    return value.get<double>();
}

int64_t JsonFields::integer(const char* key) const
{
    const auto& value = field(key);
    const bool tooLarge = value.is_number_unsigned() &&
                          value.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    if (!value.is_number_integer() || tooLarge)
        refuse(key, "a whole number");
    return value.get<int64_t>();
}

uint64_t JsonFields::unsignedInteger(const char* key) const
{
    const auto& value = field(key);
    // Seeds from 2^63 up were written as negative numbers by older versions.
    if (!value.is_number_integer())
        refuse(key, "a whole number from 0 up");
    return value.is_number_unsigned() ? value.get<uint64_t>() : static_cast<uint64_t>(value.get<int64_t>());
}

int JsonFields::smallInteger(const char* key) const
{
    const int64_t value = integer(key);
    if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
        refuse(key, "a whole number of ordinary size");
    return static_cast<int>(value);
}

bool JsonFields::boolean(const char* key) const
{
    const auto& value = field(key);
    if (!value.is_boolean())
        refuse(key, "true or false");
    return value.get<bool>();
}

std::vector<int> JsonFields::integers(const char* key) const
{
    const auto& value = field(key);
    std::vector<int> result;
    constexpr std::size_t most = 64;
    if (!value.is_array() || value.size() > most)
        refuse(key, "a short list of whole numbers");
    for (const auto& item : value) {
        constexpr int64_t largest = 1'000'000;
        if (!item.is_number_integer() || item.get<int64_t>() < 0 || item.get<int64_t>() > largest)
            refuse(key, "a short list of whole numbers");
        result.push_back(item.get<int>());
    }
    return result;
}

std::vector<double> JsonFields::numbers(const char* key) const
{
    const auto& value = field(key);
    constexpr std::size_t most = 1000;
    if (!value.is_array() || value.size() > most)
        refuse(key, "a list of finite numbers");
    std::vector<double> result;
    for (const auto& item : value) {
        if (!item.is_number() || !std::isfinite(item.get<double>()))
            refuse(key, "a list of finite numbers");
        result.push_back(item.get<double>());
    }
    return result;
}

std::vector<std::string> JsonFields::texts(const char* key) const
{
    const auto& value = field(key);
    std::vector<std::string> result;
    if (!value.is_array())
        refuse(key, "a list of texts");
    for (const auto& item : value) {
        if (!item.is_string())
            refuse(key, "a list of texts");
        result.push_back(item.get<std::string>());
    }
    return result;
}

JsonFields JsonFields::object(const char* key) const
{
    return JsonFields(field(key), m_where + ", field \"" + key + "\"");
}

}  // namespace diffuscope::base
