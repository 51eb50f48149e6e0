// SPDX-License-Identifier: GPL-3.0-or-later
// Reads untrusted JSON objects strictly: every refusal is one sentence that names the key by its path.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace diffuscope::base {

/// Parses a text that a person or another program wrote. `what` is how messages call it, e.g. "recipe".
/// Throws Error(invalidOption) for more than `mostBytes`, more than `deepest` objects or lists within each
/// other, a key that is given twice, and anything that is not JSON (with line and column).
nlohmann::json parsedStrictly(const std::string& what, const std::string& text,
                              std::size_t mostBytes = std::size_t(1) << 20, std::size_t deepest = 8);

/// The keys of one object, each read at most once; `finish()` refuses those that nobody asked for.
/// Keeps a reference: the JSON must outlive the reader.
class JsonObjectReader
{
public:
    /// `path` is how messages call the object: "recipe", "recipe.grid". Throws Error where `object` is not
    /// one.
    JsonObjectReader(const nlohmann::json& object, std::string path);

    /// The value of `key`, or null where it is absent.
    const nlohmann::json* find(const char* key);

    /// Each reads `key` into `target` and leaves `target` alone where the key is absent. Throws
    /// Error(invalidOption) that names the key and what it may be for another type or a value out of range.
    void read(const char* key, std::string& target, std::size_t longest);
    void read(const char* key, int& target, int least, int most);
    void read(const char* key, double& target, double least, double most);
    void read(const char* key, std::uint64_t& target);

    /// Throws Error(invalidOption) that names the first key that nobody asked for.
    void finish() const;

    /// "recipe.grid.rule"
    std::string pathOf(const std::string& key) const { return m_path + "." + key; }
    /// Throws Error(invalidOption): "<path of key> is not <expected>."
    [[noreturn]] void refuse(const std::string& key, const std::string& expected) const;

private:
    const nlohmann::json& m_object;
    std::string m_path;
    std::set<std::string> m_known;
};

}  // namespace diffuscope::base
