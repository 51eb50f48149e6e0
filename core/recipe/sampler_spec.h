// SPDX-License-Identifier: GPL-3.0-or-later
// Which sampler a recipe names, with its options, as a plain value.
#pragma once

#include "core/base/option.h"

#include <string>

namespace diffuscope::recipe {

/// Which sampler: an id of the registry and its options. A plain value.
struct SamplerSpec
{
    std::string id = "ddim";
    base::OptionValues options{};
    bool operator==(const SamplerSpec&) const = default;
};

}  // namespace diffuscope::recipe
