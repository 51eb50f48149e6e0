// The options that the members of the DPM-Solver family share.
#pragma once

#include "core/registry/option.h"
#include "core/sample/history.h"

namespace diffuscope::sample {

registry::Option solverTypeOption();
registry::Option lowerOrderFinalOption();
registry::Option eulerAtFinalOption();

bool isHeun(const registry::OptionValues& values);
EndOrders endOrders(const registry::OptionValues& values);

}  // namespace diffuscope::sample
