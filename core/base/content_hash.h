// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256 of bytes, to name content by, and bytes as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::base {

/// FIPS 180-4.
class ContentHash
{
public:
    ContentHash();
    ~ContentHash();
    void add(const void* bytes, std::size_t size);
    /// 64 hexadecimal digits; nothing can be added after it.
    std::string text();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// RFC 4648, section 4.
std::string toBase64(const std::vector<std::uint8_t>& bytes);
/// What can be read of it; other characters are passed over.
std::vector<std::uint8_t> fromBase64(const std::string& text);

}  // namespace diffuscope::base
