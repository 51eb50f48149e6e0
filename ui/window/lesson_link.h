// SPDX-License-Identifier: GPL-3.0-or-later
// What lessons have to do with the window: where its controls and docks are, and how runs are set beside each
// other.
#pragma once

#include "ui/lessons/lesson_panel.h"

#include <QObject>

class QMainWindow;
class QMenu;
class QSettings;

namespace diffuscope::ui {

class ActionRegistry;
class ComparisonPage;
class Docks;

class LessonLink : public QObject
{
    Q_OBJECT

public:
    /// All of it must outlive this.
    struct Parts
    {
        QMainWindow& window;
        Docks& docks;
        QSettings& settings;
    };

    explicit LessonLink(const Parts& parts);

    /// To the menu of help.
    void addAction(QMenu& menu, ActionRegistry& actions);
    /// Once sessions are kept there is a page for comparing; lessons are played from then on.
    void offerComparison(ComparisonPage& comparison);
    LessonPanel& panel() const;

private:
    void makeRoom();
    QList<QWidget*> widgetsOf(const QString& control) const;

    Parts m_parts;
};

}  // namespace diffuscope::ui
