// SPDX-License-Identifier: GPL-3.0-or-later
// The one exception type of core: a message for a person, and what to do about it.
#pragma once

#include <stdexcept>
#include <string>

namespace diffuscope {

/// What kind of trouble an Error reports; decides how a caller reacts, not what it says.
enum class ErrorCode {
    invalidOption,  ///< A recipe, option or argument is outside its range; the message names it and the
                    ///< range.
    invalidFile,    ///< A file was read and refused; the message names it.
    missingFile,    ///< A file or folder that is needed is not there.
    writeFailed,    ///< A file could not be written (full disk, no permission).
    notFinite,      ///< A network or sampler produced NaN or infinity.
    outOfMemory,    ///< An allocation failed.
    internal,       ///< Anything else; a defect of the program.
};

/// An error with one clear sentence (`what()`) and a hint that says what to do. Thrown inside core, turned
/// into a value at the thread boundary.
class Error : public std::runtime_error
{
public:
    Error(ErrorCode code, const std::string& message, std::string hint = {})
        : std::runtime_error(message), m_code(code), m_hint(std::move(hint))
    {
    }
    ErrorCode code() const noexcept { return m_code; }
    const std::string& hint() const noexcept { return m_hint; }

private:
    ErrorCode m_code;
    std::string m_hint;
};

/// Thrown by a run when its stop token was set: an outcome of its own, not a failure.
class Cancelled : public std::exception
{
public:
    const char* what() const noexcept override { return "cancelled"; }
};

}  // namespace diffuscope
