// SPDX-License-Identifier: GPL-3.0-or-later
// Ends the program once its first sampled image is in the window: for measuring how long that takes.
#pragma once

namespace diffuscope::ui {
class SessionDocument;
}

namespace diffuscope {

/// When the first frame of a run has been painted, writes "first image" to stdout and ends; where a run
/// fails, writes the reason to stderr and ends with status 1.
void endAtFirstImage(ui::SessionDocument& document);

}  // namespace diffuscope
