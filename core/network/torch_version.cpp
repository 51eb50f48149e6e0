#include "core/network/torch_version.h"

#include <torch/version.h>

namespace diffuscope::network {

std::string torchVersion()
{
    return TORCH_VERSION;
}

}  // namespace diffuscope::network
