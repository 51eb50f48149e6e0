// SPDX-License-Identifier: GPL-3.0-or-later
// Holds this program's samplers against runs of programs that count in sigmas.
#pragma once

#include "core/verify/reference_runner.h"

namespace diffuscope::verify {

/// Runs a case in double with the recorded noise injected. Never throws for what is in the case.
ReferenceReport verifySigmaCase(const ReferenceMixture& mixture, const SigmaCase& reference);

}  // namespace diffuscope::verify
