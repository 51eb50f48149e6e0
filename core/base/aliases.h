// SPDX-License-Identifier: GPL-3.0-or-later
// Other programs' names for what this program has: one table, so that a person types the name they know.
#pragma once

#include "core/base/option.h"

#include <string>
#include <vector>

namespace diffuscope::base {

/// What a name names.
enum class EntryKind { sampler, schedule, grid, guidance, clipping, target };

/// Another name of an entry, with the options that the name implies.
struct Alias
{
    std::string name;  ///< as other programs write it, e.g. "euler-ancestral"
    std::string id;    ///< the entry's own id
    OptionValues preset{};
};

/// Every alias of this kind.
const std::vector<Alias>& aliases(EntryKind kind);

/// Those of one entry.
std::vector<Alias> aliasesOf(EntryKind kind, const std::string& id);

/// How names are compared: small letters, '-' and blanks as '_', "++" as "pp" ("DPM++ 2M" is "dpmpp_2m").
std::string canonicalName(const std::string& name);

/// An id and the options that its name implied.
struct NamedEntry
{
    std::string id;
    OptionValues preset{};
};

/// What an id or alias stands for. A name that is no alias comes back in canonical form: whether there is
/// such an entry is the registry's business.
NamedEntry namedEntry(EntryKind kind, const std::string& name);

/// The candidate that needs the fewest changes of a letter to be `name`, compared in canonical form; empty
/// where all are too far from it to have been meant.
std::string nearestName(const std::string& name, const std::vector<std::string>& candidates);

}  // namespace diffuscope::base
