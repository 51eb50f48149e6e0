// SPDX-License-Identifier: GPL-3.0-or-later
// What a link carries of a document, and taking the view of one back into it.
#pragma once

#include "core/session/share_link.h"

namespace diffuscope::ui {

class SessionDocument;

/// The current run, how one looks at it, and the place in the lesson that is played, if one is.
session::SharedState sharedStateOf(const SessionDocument& document);

/// Looks at the current run as the link says: everything but the run itself and the lesson.
void takeSharedView(SessionDocument& document, const session::ViewState& shared);

}  // namespace diffuscope::ui
