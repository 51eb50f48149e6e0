// SPDX-License-Identifier: GPL-3.0-or-later
// Reads cases and lists of programs that count in sigmas (ComfyUI, k-diffusion, A1111, EDM).
#pragma once

#include "core/verify/reference_case.h"

#include <nlohmann/json_fwd.hpp>

namespace diffuscope::verify {

/// Whether an entry of "cases" is of this kind.
bool isSigmaCase(const nlohmann::json& value);

/// Throw Error(invalidFile) with the place that is not in the format.
SigmaCase readSigmaCase(const nlohmann::json& value, const std::string& where);
/// From the whole file: {"models": {name: {…}}, "grids": […]}.
std::vector<SigmaList> readSigmaLists(const nlohmann::json& root);

}  // namespace diffuscope::verify
