// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recipe/class_picker.h"

#include "ui/widgets/segment_button.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QGridLayout>
#include <QShortcut>
#include <QSignalBlocker>

#include <algorithm>
#include <numeric>

namespace diffuscope::ui {

using recipe::Condition;

namespace {

constexpr int columns = 5;
constexpr int mostButtons = 20;
constexpr int longestButtonName = 2;

bool fitButtons(const QStringList& names)
{
    return names.size() <= mostButtons && std::all_of(names.begin(), names.end(), [](const QString& name) {
               return name.size() <= longestButtonName;
           });
}

}  // namespace

ClassPicker::ClassPicker(QWidget* parent) : QWidget(parent), m_buttons(new QButtonGroup(this))
{
    connect(m_buttons, &QButtonGroup::idClicked, this, &ClassPicker::choose);
    for (int digit = 0; digit <= 9; ++digit) {
        auto* shortcut = new QShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(digit)), this);
        connect(shortcut, &QShortcut::activated, this, [this, digit] {
            if (digit < m_names.size())
                choose(digit);
        });
    }
}

void ClassPicker::setClasses(const QStringList& names)
{
    if (names == m_names && layout())
        return;
    m_names = names;
    rebuild();
    setCondition(m_condition);
}

void ClassPicker::rebuild()
{
    for (auto* button : m_buttons->buttons())
        m_buttons->removeButton(button);
    m_list = nullptr;
    const auto children = findChildren<QWidget*>(Qt::FindDirectChildrenOnly);
    for (auto* child : children) {
        child->hide();
        child->setObjectName({});
        child->deleteLater();
    }
    delete layout();
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(4);
    if (!m_names.isEmpty() && fitButtons(m_names))
        buildButtons(grid);
    else
        buildList(grid);
}

QWidget* ClassPicker::addButton(int choice, const QString& text, const QString& tip)
{
    auto* button = new SegmentButton(this);
    button->setObjectName(choice >= 0            ? QStringLiteral("class.%1").arg(choice)
                          : choice == eachInTurn ? QStringLiteral("class.each")
                                                 : QStringLiteral("class.none"));
    button->setText(text);
    button->setAccessibleName(choice >= 0 ? tr("Class %1").arg(text) : text);
    button->setToolTip(tip);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_buttons->addButton(button, choice);
    return button;
}

void ClassPicker::buildButtons(QGridLayout* grid)
{
    for (int k = 0; k < m_names.size(); ++k) {
        QString tip = tr("Ask for class “%1”.").arg(m_names[k]);
        if (k < 10)
            tip = tr("Ask for class “%1” (Ctrl+%2).").arg(m_names[k]).arg(k);
        grid->addWidget(addButton(k, m_names[k], tip), k / columns, k % columns);
    }
    auto* last = new QHBoxLayout;
    last->setSpacing(4);
    last->addWidget(addButton(eachInTurn, tr("each in turn"),
                              tr("Ask image 1 for the first class, image 2 for the second, and so on.")));
    last->addWidget(
        addButton(none, tr("none"), tr("Ask for no class: the network draws whatever it likes.")));
    const int columnCount = std::min<int>(columns, int(m_names.size()));
    grid->addLayout(last, int(m_names.size() - 1) / columns + 1, 0, 1, columnCount);
    for (int column = 0; column < columnCount; ++column)
        grid->setColumnStretch(column, 1);
}

void ClassPicker::buildList(QGridLayout* grid)
{
    m_list = new QComboBox(this);
    m_list->setObjectName(QStringLiteral("classBox"));
    m_list->setAccessibleName(tr("Class"));
    m_list->setToolTip(
        tr("What the images are asked to show (Ctrl+0 … Ctrl+9 choose the first ten classes)."));
    m_list->setFocusPolicy(Qt::TabFocus);
    m_list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_list->setMinimumContentsLength(8);
    for (int k = 0; k < m_names.size(); ++k)
        m_list->addItem(m_names[k], k);
    if (!m_names.isEmpty()) {
        m_list->insertSeparator(m_list->count());
        m_list->addItem(tr("Each in turn"), int(eachInTurn));
    }
    m_list->addItem(tr("None"), int(none));
    m_list->setEnabled(!m_names.isEmpty());
    grid->addWidget(m_list, 0, 0);
    connect(m_list, &QComboBox::activated, this, [this] { choose(m_list->currentData().toInt()); });
}

void ClassPicker::choose(int choice)
{
    Condition condition;
    if (choice >= 0) {
        condition = Condition::classLabel(choice);
    } else if (choice == eachInTurn) {
        condition.classes.resize(std::size_t(m_names.size()));
        std::iota(condition.classes.begin(), condition.classes.end(), 0);
    }
    setCondition(condition);
    Q_EMIT conditionEdited(condition);
}

std::optional<int> ClassPicker::choiceOf(const Condition& condition, int classes)
{
    if (condition.isNone())
        return none;
    if (condition.classes.size() == 1)
        return condition.classes.front();
    bool inTurn = int(condition.classes.size()) == classes;
    for (std::size_t k = 0; inTurn && k < condition.classes.size(); ++k)
        inTurn = condition.classes[k] == int(k);
    return inTurn ? std::optional(int(eachInTurn)) : std::nullopt;
}

void ClassPicker::setCondition(const Condition& condition)
{
    m_condition = condition;
    const auto choice = choiceOf(condition, int(m_names.size()));
    if (m_list) {
        const QSignalBlocker quiet(m_list);
        m_list->setCurrentIndex(choice ? m_list->findData(*choice) : -1);
        return;
    }
    m_buttons->setExclusive(false);
    for (auto* button : m_buttons->buttons())
        button->setChecked(choice && m_buttons->id(button) == *choice);
    m_buttons->setExclusive(true);
}

}  // namespace diffuscope::ui
