// SPDX-License-Identifier: GPL-3.0-or-later
// A list of values of one field of a recipe: typed, or ticked where the field has names to choose from.
#pragma once

#include "ui/experiments/recipe_grid.h"

#include <QWidget>

class QLineEdit;
class QMenu;
class QToolButton;

namespace diffuscope::ui {

class ValueListEdit : public QWidget
{
    Q_OBJECT

public:
    /// At most `most` values count. The objects in it are called `name`, the line, `name` + "Choose" and
    /// "Menu".
    ValueListEdit(const QString& name, int most, QWidget* parent = nullptr);

    GridField field() const { return m_field; }
    /// Puts the field's usual values in.
    void setField(GridField field);
    QStringList values() const;
    void setText(const QString& text);
    QLineEdit& line() { return *m_line; }

Q_SIGNALS:
    /// values() may be others.
    void edited();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fillMenu();
    void limitChoice();
    void tick(const QString& value, bool on);

    int m_most;
    GridField m_field = GridField::steps;
    QLineEdit* m_line;
    QToolButton* m_choose;
    QMenu* m_menu;
};

}  // namespace diffuscope::ui
