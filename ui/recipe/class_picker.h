// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses what the images are asked to show: one class, each class in turn, or nothing in particular.
#pragma once

#include "core/recipe/condition.h"

#include <QStringList>
#include <QWidget>

#include <optional>

class QButtonGroup;
class QComboBox;
class QGridLayout;

namespace diffuscope::ui {

/// Short names (digits) are buttons, long ones a list. Ctrl+0 … Ctrl+9 choose the first ten classes.
class ClassPicker : public QWidget
{
    Q_OBJECT

public:
    explicit ClassPicker(QWidget* parent = nullptr);

    void setClasses(const QStringList& names);
    const QStringList& classes() const { return m_names; }
    /// Shows a condition; signals nothing.
    void setCondition(const recipe::Condition& condition);

Q_SIGNALS:
    void conditionEdited(const diffuscope::recipe::Condition& condition);

private:
    // Not −1: a button group takes that for "any number".
    static constexpr int eachInTurn = -2;
    static constexpr int none = -3;

    void rebuild();
    void buildButtons(QGridLayout* grid);
    void buildList(QGridLayout* grid);
    QWidget* addButton(int choice, const QString& text, const QString& tip);
    void choose(int choice);
    /// The choice that shows the condition; nothing for a list of classes that no choice stands for.
    static std::optional<int> choiceOf(const recipe::Condition& condition, int classes);

    QStringList m_names;
    recipe::Condition m_condition;
    QButtonGroup* m_buttons = nullptr;
    QComboBox* m_list = nullptr;
};

}  // namespace diffuscope::ui
