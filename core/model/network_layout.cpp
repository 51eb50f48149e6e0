// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_layout.h"

#include "core/base/error.h"

#include <algorithm>

namespace diffuscope::model {

const NetworkPart* NetworkLayout::find(const std::string& id) const
{
    const auto at = std::ranges::find(parts, id, &NetworkPart::id);
    return at == parts.end() ? nullptr : &*at;
}

void checkParts(const NetworkLayout& layout, const std::string& model, const std::vector<std::string>& ids)
{
    for (const std::string& id : ids) {
        if (layout.find(id))
            continue;
        std::string names;
        for (const NetworkPart& part : layout.parts)
            names += (names.empty() ? "" : ", ") + part.id;
        throw Error(ErrorCode::invalidOption, "The network \"" + model + "\" has no part \"" + id + "\".",
                    names.empty() ? "Nothing of it can be left out." : "It has " + names + ".");
    }
}

}  // namespace diffuscope::model
