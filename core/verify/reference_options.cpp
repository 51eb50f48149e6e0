// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/reference_options.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace diffuscope::verify {

const ReferenceValue* ReferenceOptionReader::find(const std::string& key)
{
    m_read.insert(key);
    const auto found = m_options.find(key);
    return found == m_options.end() || std::holds_alternative<std::monostate>(found->second) ? nullptr
                                                                                             : &found->second;
}

bool ReferenceOptionReader::isNull(const std::string& key) const
{
    const auto found = m_options.find(key);
    return found != m_options.end() && std::holds_alternative<std::monostate>(found->second);
}

void ReferenceOptionReader::refuse(const std::string& key) const
{
    const auto found = m_options.find(key);
    throw UnsupportedOption(found == m_options.end() ? key : shown(ReferenceOptions{*found}));
}

double ReferenceOptionReader::number(const std::string& key, double absent)
{
    return optionalNumber(key).value_or(absent);
}

std::optional<double> ReferenceOptionReader::optionalNumber(const std::string& key)
{
    const ReferenceValue* value = find(key);
    if (!value)
        return std::nullopt;
    if (!std::holds_alternative<double>(*value))
        refuse(key);
    return std::get<double>(*value);
}

int ReferenceOptionReader::integer(const std::string& key, int absent)
{
    const double value = number(key, absent);
    if (value != std::floor(value) || std::abs(value) > 1e9)
        refuse(key);
    return int(value);
}

bool ReferenceOptionReader::flag(const std::string& key, bool absent)
{
    const ReferenceValue* value = find(key);
    if (!value)
        return absent;
    if (!std::holds_alternative<bool>(*value))
        refuse(key);
    return std::get<bool>(*value);
}

std::string ReferenceOptionReader::text(const std::string& key, const std::string& absent)
{
    const ReferenceValue* value = find(key);
    if (!value)
        return absent;
    if (!std::holds_alternative<std::string>(*value))
        refuse(key);
    return std::get<std::string>(*value);
}

std::vector<double> ReferenceOptionReader::numbers(const std::string& key)
{
    const ReferenceValue* value = find(key);
    if (!value)
        return {};
    const std::string* list = std::get_if<std::string>(value);
    const auto parsed = nlohmann::json::parse(list ? *list : "", nullptr, false);
    if (!parsed.is_array())
        refuse(key);
    std::vector<double> result;
    for (const auto& entry : parsed) {
        if (!entry.is_number())
            refuse(key);
        result.push_back(entry.get<double>());
    }
    return result;
}

void ReferenceOptionReader::finish() const
{
    ReferenceOptions left;
    for (const auto& [key, value] : m_options) {
        const bool* flag = std::get_if<bool>(&value);
        const std::string* words = std::get_if<std::string>(&value);
        const bool isOff = std::holds_alternative<std::monostate>(value) || (flag && !*flag) ||
                           (words && (*words == "[]" || *words == "{}"));
        if (!m_read.contains(key) && !isOff)
            left.emplace(key, value);
    }
    if (!left.empty())
        throw UnsupportedOption(shown(left));
}

}  // namespace diffuscope::verify
