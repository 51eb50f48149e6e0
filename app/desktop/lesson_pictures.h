// SPDX-License-Identifier: GPL-3.0-or-later
// Plays a lesson without hands and leaves a picture of every step: for the documentation, and to look at a
// lesson.
#pragma once

#include <QString>

namespace diffuscope::ui {
class MainWindow;
class SessionDocument;
}  // namespace diffuscope::ui

namespace diffuscope {

/// Of the lesson that has begun: waits for each step's run, answers its question rightly, writes
/// FOLDER/NN.png, goes on, and ends the program; with status 1 and one sentence on stderr where a step takes
/// more than two minutes, its answer cannot be computed or counts as wrong, or a picture cannot be written.
void playForPictures(const QString& folder, ui::MainWindow& window, ui::SessionDocument& document);

}  // namespace diffuscope
