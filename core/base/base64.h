// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as text that any file of text can hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace diffuscope::base {

/// RFC 4648, section 4.
std::string toBase64(const std::vector<std::uint8_t>& bytes);
/// What can be read of it; other characters are passed over.
std::vector<std::uint8_t> fromBase64(const std::string& text);

}  // namespace diffuscope::base
