// SPDX-License-Identifier: GPL-3.0-or-later
// What a file that cannot be read is instead: the kinds that people get by a download that went wrong.
#pragma once

#include <string>
#include <string_view>

namespace diffuscope::base {

struct FileKind
{
    std::string what;  ///< "it is a Git LFS pointer …"; empty where the first bytes say nothing
    std::string hint;

    bool isKnown() const { return !what.empty(); }
};

/// By the first bytes of a file (64 suffice).
FileKind fileKindOf(std::string_view start);

/// Of the file at `path`; unknown where it cannot be read.
FileKind fileKindAt(const std::string& path);

}  // namespace diffuscope::base
