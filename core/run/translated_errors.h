// SPDX-License-Identifier: GPL-3.0-or-later
// Turns what LibTorch and the standard library throw into the program's own Error.
#pragma once

#include "core/base/error.h"

#include <exception>
#include <new>
#include <string>

namespace diffuscope::run {

/// The Error for an exception of LibTorch or the standard library while `doing` ("sampling", "loading the
/// model").
inline Error translated(const std::exception& exception, const std::string& doing)
{
    const std::string text = exception.what();
    const bool isMemory = dynamic_cast<const std::bad_alloc*>(&exception) != nullptr ||
                          text.find("allocate memory") != std::string::npos ||
                          text.find("out of memory") != std::string::npos;
    if (isMemory)
        return Error(ErrorCode::outOfMemory, "There is not enough memory for " + doing + ".",
                     "Use a smaller batch or fewer steps.");
    return Error(ErrorCode::internal,
                 "Something went wrong while " + doing + ": " + text.substr(0, text.find('\n')),
                 "This is a defect of the program or of the model: please report it.");
}

/// The result of `work`; Error and Cancelled pass, everything else becomes an Error.
template <typename Work>
auto withErrorsTranslated(const std::string& doing, Work&& work)
{
    try {
        return work();
    } catch (const Error&) {
        throw;
    } catch (const Cancelled&) {
        throw;
    } catch (const std::exception& exception) {
        throw translated(exception, doing);
    }
}

}  // namespace diffuscope::run
