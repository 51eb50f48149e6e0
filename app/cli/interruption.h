// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl-C and its kin: a command asks between two pieces of work whether it was told to stop.
#pragma once

namespace diffuscope::cli {

/// From here on Ctrl-C (SIGINT), SIGTERM and SIGHUP (a closed terminal) only leave word; those that were
/// ignored when the program started stay so.
void watchForInterruption();
/// Whether one of them has come.
bool isInterrupted();

}  // namespace diffuscope::cli
