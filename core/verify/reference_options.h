// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the options of a reference trajectory and remembers which were read, so that none is skipped in
// silence.
#pragma once

#include "core/verify/reference_case.h"

#include <optional>
#include <set>
#include <stdexcept>
#include <string>

namespace diffuscope::verify {

/// Thrown where a case uses an option, or a value of it, that this program does not have. what() is
/// "key=value".
class UnsupportedOption : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

class ReferenceOptionReader
{
public:
    explicit ReferenceOptionReader(const ReferenceOptions& options) : m_options(options) {}

    /// The value of `key`, or the other program's default where it is absent; throws UnsupportedOption where
    /// it has another type.
    double number(const std::string& key, double absent);
    int integer(const std::string& key, int absent);
    bool flag(const std::string& key, bool absent);
    std::string text(const std::string& key, const std::string& absent);
    /// Absent where the key is absent or null.
    std::optional<double> optionalNumber(const std::string& key);
    /// A list of numbers; empty where the key is absent or null.
    std::vector<double> numbers(const std::string& key);

    /// The key is there, with JSON's null.
    bool isNull(const std::string& key) const;

    /// Marks a key as one that changes nothing.
    void ignore(const std::string& key) { m_read.insert(key); }
    /// Throws UnsupportedOption for `key` as it stands in the case.
    [[noreturn]] void refuse(const std::string& key) const;
    /// Throws UnsupportedOption that names the keys that were never read, unless they are null, false or
    /// empty: other programs write out options that are switched off.
    void finish() const;

private:
    const ReferenceValue* find(const std::string& key);

    const ReferenceOptions& m_options;
    std::set<std::string> m_read;
};

}  // namespace diffuscope::verify
