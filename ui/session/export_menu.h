// SPDX-License-Identifier: GPL-3.0-or-later
// The File menu's exports: one entry a kind, each opens the dialog at it.
#pragma once

class QMenu;
class QWidget;

namespace diffuscope::ui {

class SessionDocument;

/// Adds the submenu "Export" to `menu`. The dialog belongs to `window`; both must outlive the menu.
void addExportActions(QMenu& menu, SessionDocument& document, QWidget& window);

}  // namespace diffuscope::ui
