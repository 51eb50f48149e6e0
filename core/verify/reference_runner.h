// SPDX-License-Identifier: GPL-3.0-or-later
// Holds this program against reference trajectories: same noise, same oracle, largest difference of any
// state.
#pragma once

#include "core/recipe/sampler_spec.h"
#include "core/verify/reference_case.h"

#include <functional>

namespace diffuscope::verify {

/// How one case came out.
struct ReferenceReport
{
    enum class Outcome { ok, notOk, notSupported };

    std::filesystem::path file;
    int index = 0;          ///< of the case in its file
    std::string reference;  ///< class of the other program
    std::string sampler;    ///< this program's sampler and its options
    std::string options;    ///< of the case: steps, config, step options
    Outcome outcome = Outcome::notOk;
    /// max |difference| / max |state| over all states and coordinates; only with ok and notOk.
    double largestError = 0;
    std::string detail;  ///< what is not supported, or what went wrong
};

/// A case holds at or below this largest error.
constexpr double referenceTolerance = 1e-9;

/// A sampler and its options on one line.
std::string shown(const recipe::SamplerSpec& spec);

/// Runs a case in double with the recorded noise injected. Never throws for what is in the case.
ReferenceReport verifyCase(const ReferenceMixture& mixture, const ReferenceCase& reference);

/// Runs every case of the files that `path` stands for (see referenceFiles) and hands over each report as it
/// is done. Throws Error for files that cannot be read, before a case of that file is run.
void verifyFile(const std::filesystem::path& file, const std::function<void(const ReferenceReport&)>& report);

/// One line for a person: file, sampler, options, largest error, and "ok", "NOT OK" or "not supported: …".
std::string reportLine(const ReferenceReport& report);

}  // namespace diffuscope::verify
