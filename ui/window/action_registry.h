// SPDX-License-Identifier: GPL-3.0-or-later
// Every action of the window by its id: menus, the keyboard sheet, lessons and tests find it here.
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QList>
#include <QMap>
#include <QObject>
#include <QPointer>
#include <QString>

class QMenu;
class QWidget;

namespace diffuscope::ui {

/// Ids are object names too, such as "action.run". An id belongs to one action.
class ActionRegistry : public QObject
{
    Q_OBJECT

public:
    explicit ActionRegistry(QObject* parent = nullptr);

    /// A new action at the end of a menu.
    QAction* add(QMenu& menu, const QString& id, const QString& text, const QList<QKeySequence>& keys,
                 const QString& tip);
    /// Registers an action that was made elsewhere, under its object name.
    void adopt(QAction& action);
    /// The same for all actions of a menu that have a name and are not known yet, submenus included.
    void adoptAll(const QMenu& menu);

    /// Null where there is none of this id.
    QAction* find(const QString& id) const;
    /// Does what choosing it in the menu does. False where there is none, or it is disabled.
    bool trigger(const QString& id) const;
    QStringList ids() const;

Q_SIGNALS:
    /// Somebody chose this action, by whatever way.
    void triggered(const QString& id);

private:
    QMap<QString, QPointer<QAction>> m_actions;
};

}  // namespace diffuscope::ui
