// SPDX-License-Identifier: GPL-3.0-or-later
// The docks that the window has. To add one, write its widget in a room of its own and one row here.
#pragma once

#include "ui/window/docks.h"

namespace diffuscope::ui {

class SessionDocument;

/// Object names of docks, which layouts and sessions keep.
namespace dock_id {
const QString recipe = QStringLiteral("recipeDock");
const QString curves = QStringLiteral("curvesDock");
const QString step = QStringLiteral("stepDock");
const QString equation = QStringLiteral("equationDock");
const QString detail = QStringLiteral("detailDock");
const QString path = QStringLiteral("pathDock");
const QString session = QStringLiteral("sessionDock");
const QString words = QStringLiteral("wordsDock");
const QString lesson = QStringLiteral("lessonDock");
}  // namespace dock_id

/// In the order in which the View menu lists them; the document must outlive the docks.
std::vector<DockSpec> dockTable(SessionDocument& document);

}  // namespace diffuscope::ui
