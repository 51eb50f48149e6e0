// SPDX-License-Identifier: GPL-3.0-or-later
// The sheet of all keys, made from the menus so that it cannot fall behind them.
#pragma once

#include <QDialog>
#include <QList>
#include <QString>

class QMenuBar;

namespace diffuscope::ui {

/// What one key does.
struct KeyLine
{
    QString keys;
    QString text;
};

struct KeyGroup
{
    QString title;
    QList<KeyLine> lines;
};

/// Every action of the menus that has a shortcut, menu by menu, submenus with their menu.
QList<KeyGroup> keysOfMenus(const QMenuBar& menus);

class KeyboardSheet : public QDialog
{
    Q_OBJECT

public:
    explicit KeyboardSheet(const QList<KeyGroup>& groups, QWidget* parent = nullptr);
};

}  // namespace diffuscope::ui
