// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the fields of an untrusted JSON object; every mismatch is one sentence that names the file and the
// field.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace diffuscope::base {

/// Parses the file. Throws Error where it is missing, larger than 16 MiB or not JSON.
nlohmann::json readJsonFile(const std::string& path);

class JsonFields
{
public:
    /// `where` names the file, and the part of it, in messages. Throws Error where `object` is not an
    /// object. Keeps a reference: the JSON must outlive this.
    JsonFields(const nlohmann::json& object, std::string where);

    bool has(const char* key) const { return m_object.contains(key); }
    /// Each throws Error where the field is missing or of another type; numbers must be finite.
    std::string text(const char* key) const;
    double number(const char* key) const;
    int64_t integer(const char* key) const;
    /// Up to 2⁶⁴ − 1, as seeds are.
    uint64_t unsignedInteger(const char* key) const;
    int smallInteger(const char* key) const;
    bool boolean(const char* key) const;
    std::vector<int> integers(const char* key) const;
    std::vector<double> numbers(const char* key) const;
    std::vector<std::string> texts(const char* key) const;
    JsonFields object(const char* key) const;
    const nlohmann::json& json() const { return m_object; }
    const std::string& where() const { return m_where; }

private:
    const nlohmann::json& field(const char* key) const;
    [[noreturn]] void refuse(const char* key, const char* expected) const;

    const nlohmann::json& m_object;
    std::string m_where;
};

}  // namespace diffuscope::base
