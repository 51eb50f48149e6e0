// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/base64.h"

#include <glib.h>
#include <memory>

namespace diffuscope::base {

std::string toBase64(const std::vector<std::uint8_t>& bytes)
{
    const std::unique_ptr<gchar, decltype(&g_free)> text(g_base64_encode(bytes.data(), bytes.size()), g_free);
    return text.get();
}

std::vector<std::uint8_t> fromBase64(const std::string& text)
{
    if (text.empty())
        return {};
    gsize size = 0;
    const std::unique_ptr<guchar, decltype(&g_free)> bytes(g_base64_decode(text.c_str(), &size), g_free);
    return {bytes.get(), bytes.get() + size};
}

}  // namespace diffuscope::base
