// SPDX-License-Identifier: GPL-3.0-or-later
// The View menu's entries for the look: light or dark, larger and smaller text.
#pragma once

class QMenu;

namespace diffuscope::ui {

class Theme;

/// Adds "Theme" (as the system, light, dark) and "Larger Text", "Smaller Text", "Normal Text Size" to `menu`;
/// they follow `theme`, which must outlive the menu.
void addThemeActions(QMenu& menu, Theme& theme);

}  // namespace diffuscope::ui
