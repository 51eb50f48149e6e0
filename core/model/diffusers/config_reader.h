// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a component's config.json: a missing key is the class's default, null is a value of its own, an
// unknown key is remembered, and everything that is read is checked.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace diffuscope::model::diffusers {

/// Parses a JSON file as Python writes it: Infinity, -Infinity and NaN become texts. Throws Error where it is
/// missing, larger than `largest` bytes, not an object, or has a key of its outermost object twice.
nlohmann::json readPythonJson(const std::string& path, std::uint64_t largest = 16u << 20);

class ConfigReader
{
public:
    /// `where` names the file in messages.
    ConfigReader(nlohmann::json object, std::string where);

    bool has(const std::string& key) const;
    bool isNull(const std::string& key) const;
    const nlohmann::json& object() const { return m_object; }
    const std::string& where() const { return m_where; }

    /// Each returns `absent` where the key is missing, and throws Error(invalidFile) where it has another
    /// type or lies outside the range. Null counts as missing here.
    std::int64_t integer(const std::string& key, std::int64_t absent, std::int64_t least, std::int64_t most);
    double number(const std::string& key, double absent);
    bool flag(const std::string& key, bool absent);
    std::string text(const std::string& key, const std::string& absent);
    /// As above, but null is no value, whatever `absent` is.
    std::optional<std::int64_t> optionalInteger(const std::string& key, std::optional<std::int64_t> absent,
                                                std::int64_t least, std::int64_t most);
    std::optional<double> optionalNumber(const std::string& key);
    std::optional<std::string> optionalText(const std::string& key, std::optional<std::string> absent);
    std::vector<std::string> texts(const std::string& key, std::vector<std::string> absent);
    std::vector<std::int64_t> integers(const std::string& key, std::vector<std::int64_t> absent,
                                       std::int64_t least, std::int64_t most);
    std::vector<double> numbers(const std::string& key);
    /// A number for all blocks, or a list of `count` of them.
    std::vector<std::int64_t> perBlock(const std::string& key, std::size_t count, std::int64_t absent,
                                       std::int64_t least, std::int64_t most);
    std::vector<bool> flagPerBlock(const std::string& key, std::size_t count, bool absent);
    /// Marks a key as one that changes nothing here.
    void ignore(const std::string& key) { m_read.insert(key); }
    /// Marks the key as read and returns it; null where it is missing.
    const nlohmann::json& raw(const std::string& key);

    /// Keys that were never asked for, without those that begin with an underscore.
    std::vector<std::string> unknownKeys() const;
    [[noreturn]] void refuse(const std::string& key, const std::string& expected) const;

private:
    const nlohmann::json* find(const std::string& key);
    std::int64_t checked(const std::string& key, const nlohmann::json& value, std::int64_t least,
                         std::int64_t most) const;

    nlohmann::json m_object;
    std::string m_where;
    std::set<std::string> m_read;
};

}  // namespace diffuscope::model::diffusers
