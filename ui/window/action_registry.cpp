// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/action_registry.h"

#include <QAction>
#include <QMenu>

namespace diffuscope::ui {

ActionRegistry::ActionRegistry(QObject* parent) : QObject(parent)
{
}

QAction* ActionRegistry::add(QMenu& menu, const QString& id, const QString& text,
                             const QList<QKeySequence>& keys, const QString& tip)
{
    QAction* action = menu.addAction(text);
    action->setObjectName(id);
    action->setShortcuts(keys);
    action->setToolTip(tip);
    action->setStatusTip(tip);
    adopt(*action);
    return action;
}

void ActionRegistry::adopt(QAction& action)
{
    const QString id = action.objectName();
    Q_ASSERT_X(!id.isEmpty() && !find(id), "ActionRegistry::adopt", qPrintable(id));
    m_actions[id] = &action;
    connect(&action, &QAction::triggered, this, [this, id] { Q_EMIT triggered(id); });
}

void ActionRegistry::adoptAll(const QMenu& menu)
{
    for (QAction* action : menu.actions()) {
        if (const QMenu* below = action->menu())
            adoptAll(*below);
        else if (!action->objectName().isEmpty() && find(action->objectName()) != action)
            adopt(*action);
    }
}

QAction* ActionRegistry::find(const QString& id) const
{
    return m_actions.value(id);
}

bool ActionRegistry::trigger(const QString& id) const
{
    QAction* action = find(id);
    if (!action || !action->isEnabled())
        return false;
    action->trigger();
    return true;
}

QStringList ActionRegistry::ids() const
{
    QStringList ids;
    for (auto entry = m_actions.begin(); entry != m_actions.end(); ++entry)
        if (entry.value())
            ids.append(entry.key());
    return ids;
}

}  // namespace diffuscope::ui
