// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256 of bytes, to name content by.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

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

}  // namespace diffuscope::base
