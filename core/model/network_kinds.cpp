// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_kinds.h"

#include "core/model/dit/dit_kind.h"
#include "core/model/rivals/rival_model.h"
#include "core/model/unet/unet_kind.h"

#include <algorithm>

namespace diffuscope::model {

const std::vector<NetworkKind>& networkKinds()
{
    static const std::vector<NetworkKind> kinds = {unetKind(), ditKind(), vaeKind(), ganKind()};
    return kinds;
}

const NetworkKind* findNetworkKind(const std::string& type)
{
    const auto found = std::find_if(networkKinds().begin(), networkKinds().end(),
                                    [&](const NetworkKind& kind) { return kind.type == type; });
    return found == networkKinds().end() ? nullptr : &*found;
}

}  // namespace diffuscope::model
