// Which device a run computes on, without a torch header.
#pragma once

#include <string>

namespace diffuscope {

/// Whether "auto" or `asked` ("auto", "cpu", "cuda") means a GPU here.
bool computesOnGpu(const std::string& asked);

}  // namespace diffuscope
