// SPDX-License-Identifier: GPL-3.0-or-later
// Lets the playhead line of a plot move the document's playhead.
#pragma once

#include <functional>

namespace diffuscope::ui {

class PlayheadLine;
class SessionDocument;

/// Hovering previews, clicking, dragging and keys commit; with Ctrl held, clicking and dragging put cursor B.
/// `frameAt` is the arrived frame nearest to a key of the plot, −1 if there is none. The line's plot must not
/// outlive the document.
void linkPlayhead(PlayheadLine& line, SessionDocument& document, std::function<int(double key)> frameAt);

}  // namespace diffuscope::ui
