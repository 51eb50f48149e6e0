// SPDX-License-Identifier: GPL-3.0-or-later
// What a lesson may do with the window around it.
#pragma once

#include "ui/engine/run_update.h"

#include <QList>
#include <QString>

#include <functional>
#include <optional>
#include <vector>

class QWidget;

namespace diffuscope::ui {

struct LessonHost
{
    /// The widgets of a control of lesson::lessonControls(), the one to point at first; none where it is not
    /// there.
    std::function<QList<QWidget*>(const QString& control)> widgetsOf;
    /// Brings a dock of lesson::lessonDocks() to the front.
    std::function<void(const QString& dock)> bringUpDock;
    /// Shows these runs beside each other; fewer than two show the run alone.
    std::function<void(const std::vector<int>& runs)> compare;
    /// The state of a run that is compared; absent where it is not.
    std::function<std::optional<RunUpdate>(int run)> comparedRun;
};

}  // namespace diffuscope::ui
