// SPDX-License-Identifier: GPL-3.0-or-later
// What this program is, its version, its licence, and what it is built on.
#pragma once

class QWidget;

namespace diffuscope::ui {

/// Shows the box and returns when it is closed.
void showAbout(QWidget* parent);

}  // namespace diffuscope::ui
