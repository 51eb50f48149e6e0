// SPDX-License-Identifier: GPL-3.0-or-later
// What a piece of code refuses: the sentence of the Error it throws, for tests of refusals.
#pragma once

#include "core/base/error.h"

#include <QString>

#include <string>

namespace diffuscope::test {

/// The message of the Error(invalidOption) that `code` throws; a note that starts with "nothing" where it
/// does not.
template <typename Code>
std::string refusal(Code&& code)
{
    try {
        code();
    } catch (const Error& error) {
        return error.code() == ErrorCode::invalidOption ? error.what() : "nothing but another kind of error";
    }
    return "nothing";
}

inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace diffuscope::test

/// Fails with the sentence when `code` does not refuse with one that holds `part`.
#define REFUSES(code, part)                                                                  \
    do {                                                                                     \
        const std::string sentence = diffuscope::test::refusal([&] { (void)(code); });       \
        QVERIFY2(diffuscope::test::contains(sentence, part), ("said: " + sentence).c_str()); \
    } while (false)
