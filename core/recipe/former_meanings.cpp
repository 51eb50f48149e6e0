// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/recipe/former_meanings.h"

namespace diffuscope::recipe {

namespace {

/// The eta of a sampler whose eta once was a root, where it makes a difference; null otherwise.
const double* changedEta(const SamplerSpec& sampler)
{
    if (sampler.id != "dpmpp_2m_sde" && sampler.id != "dpmpp_3m_sde")
        return nullptr;
    const auto found = sampler.options.find("eta");
    const double* eta = found == sampler.options.end() ? nullptr : std::get_if<double>(&found->second);
    return eta && *eta > 0 && *eta < 1 ? eta : nullptr;
}

}  // namespace

int versionOf(const SamplerSpec& sampler)
{
    return changedEta(sampler) ? 2 : 1;
}

void readAsOf(int version, SamplerSpec& sampler)
{
    if (const double* eta = changedEta(sampler); eta && version < 2)
        sampler.options["eta"] = *eta * *eta;
}

}  // namespace diffuscope::recipe
