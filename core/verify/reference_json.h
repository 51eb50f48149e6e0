// SPDX-License-Identifier: GPL-3.0-or-later
// Reads parts of reference files and says where they are not in the format.
#pragma once

#include "core/base/error.h"
#include "core/verify/reference_case.h"

#include <nlohmann/json.hpp>

namespace diffuscope::verify::reading {

using nlohmann::json;

/// What is wrong and where; the reader adds the file's name.
[[noreturn]] inline void refuse(const std::string& where, const std::string& what)
{
    throw Error(ErrorCode::invalidFile, where + " " + what);
}

inline const json& member(const json& object, const std::string& where, const char* key)
{
    if (!object.is_object())
        refuse(where, "is not an object");
    const auto found = object.find(key);
    if (found == object.end())
        refuse(where, std::string("has no \"") + key + "\"");
    return *found;
}

inline double number(const json& value, const std::string& where)
{
    if (!value.is_number())
        refuse(where, "is not a number");
    return value.get<double>();
}

inline std::string text(const json& value, const std::string& where)
{
    if (!value.is_string())
        refuse(where, "is not a text");
    return value.get<std::string>();
}

inline const json& list(const json& value, const std::string& where)
{
    if (!value.is_array())
        refuse(where, "is not a list");
    return value;
}

inline std::vector<double> numbers(const json& value, const std::string& where)
{
    std::vector<double> result;
    for (const auto& entry : list(value, where))
        result.push_back(number(entry, where));
    return result;
}

inline ReferenceBatch batch(const json& value, const std::string& where)
{
    ReferenceBatch result;
    for (const auto& row : list(value, where)) {
        const auto values = numbers(row, where);
        if (result.rows > 0 && int(values.size()) != result.columns)
            refuse(where, "has rows of different lengths");
        result.columns = int(values.size());
        result.values.insert(result.values.end(), values.begin(), values.end());
        ++result.rows;
    }
    if (result.values.empty())
        refuse(where, "is empty");
    return result;
}

/// The network's output: like the state, or with as many columns again for its variance.
inline ReferenceBatch outputLike(const ReferenceBatch& shape, const json& value, const std::string& where)
{
    ReferenceBatch result = batch(value, where);
    if (result.rows != shape.rows || (result.columns != shape.columns && result.columns != 2 * shape.columns))
        refuse(where, "has another shape than initial_noise");
    return result;
}

inline ReferenceBatch batchLike(const ReferenceBatch& shape, const json& value, const std::string& where)
{
    ReferenceBatch result = batch(value, where);
    if (result.rows != shape.rows || result.columns != shape.columns)
        refuse(where, "has another shape than initial_noise");
    return result;
}

inline ReferenceOptions options(const json& value, const std::string& where)
{
    if (!value.is_object())
        refuse(where, "is not an object");
    ReferenceOptions result;
    for (const auto& [key, entry] : value.items())
        if (entry.is_boolean())
            result[key] = entry.get<bool>();
        else if (entry.is_number())
            result[key] = entry.get<double>();
        else if (entry.is_string())
            result[key] = entry.get<std::string>();
        else if (entry.is_null())
            result[key] = std::monostate();
        else
            result[key] = entry.dump();
    return result;
}

}  // namespace diffuscope::verify::reading
