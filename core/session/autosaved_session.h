// SPDX-License-Identifier: GPL-3.0-or-later
// A session that saves itself lies in two files: the whole of it, which takes the longer to write the more
// runs it has, and its tree alone, which is written within moments of every edit.
#pragma once

#include "core/session/session_file.h"

#include <string>

namespace diffuscope::session {

/// Where the tree alone lies of a session that saves itself to `path`.
std::string editsPathOf(const std::string& path);

/// Whether there is either file.
bool hasAutosavedSession(const std::string& path);

struct AutosavedSession
{
    SessionFile file;
    bool isWholeDamaged = false;  ///< what there is comes from the tree
};

/// The newer of both by ViewState::autosaves; where that is the tree, with the records of those runs that the
/// whole session has too. A tree that cannot be read is left aside. Throws as readSession() where neither can
/// be read.
AutosavedSession readAutosavedSession(const std::string& path);

}  // namespace diffuscope::session
