// SPDX-License-Identifier: GPL-3.0-or-later
// Holds the grids of this program against the sigma lists of other programs.
#pragma once

#include "core/verify/reference_runner.h"

namespace diffuscope::verify {

/// Compares every number of a list with the grid that goes by the scheduler's name here.
ReferenceReport verifyList(const SigmaList& list);

}  // namespace diffuscope::verify
