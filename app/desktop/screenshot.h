// SPDX-License-Identifier: GPL-3.0-or-later
// Takes one picture of the window and ends the program: for the documentation, and to look at what a change
// did.
#pragma once

#include "app/desktop/command_line.h"

namespace diffuscope::ui {
class MainWindow;
class SessionDocument;
}  // namespace diffuscope::ui

namespace diffuscope {

/// Exit statuses of a program that takes a screenshot.
enum class ScreenshotExit { taken = 0, failed = 1 };

/// Arranges for the picture: when the run has finished, or so long after now. A run that fails, takes more
/// than two minutes, or a file that cannot be written ends the program with status 1 and one sentence on
/// stderr.
void scheduleScreenshot(const CommandLine& line, ui::MainWindow& window, ui::SessionDocument& document);

}  // namespace diffuscope
