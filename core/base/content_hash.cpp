// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/content_hash.h"

#include <algorithm>
#include <glib.h>

namespace diffuscope::base {

struct ContentHash::State
{
    GChecksum* sum = g_checksum_new(G_CHECKSUM_SHA256);
    ~State() { g_checksum_free(sum); }
};

ContentHash::ContentHash() : m_state(std::make_unique<State>())
{
}
ContentHash::~ContentHash() = default;

void ContentHash::add(const void* bytes, std::size_t size)
{
    constexpr std::size_t mostAtOnce = std::size_t(1) << 30;
    const auto* next = static_cast<const guchar*>(bytes);
    while (size > 0) {
        const std::size_t part = std::min(size, mostAtOnce);
        g_checksum_update(m_state->sum, next, gssize(part));
        next += part;
        size -= part;
    }
}

std::string ContentHash::text()
{
    return g_checksum_get_string(m_state->sum);
}

}  // namespace diffuscope::base
