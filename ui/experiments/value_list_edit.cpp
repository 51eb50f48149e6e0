// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiments/value_list_edit.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>

namespace diffuscope::ui {

ValueListEdit::ValueListEdit(const QString& name, int most, QWidget* parent)
    : QWidget(parent),
      m_most(most),
      m_line(new QLineEdit(this)),
      m_choose(new QToolButton(this)),
      m_menu(new QMenu(this))
{
    m_line->setObjectName(name);
    m_choose->setObjectName(name + QStringLiteral("Choose"));
    m_choose->setText(tr("Choose ▾"));
    m_choose->setAccessibleName(tr("Choose from a list"));
    m_choose->setToolTip(tr("Tick names in a list in place of typing them."));
    m_choose->setFocusPolicy(Qt::StrongFocus);
    m_menu->setObjectName(name + QStringLiteral("Menu"));
    m_menu->setToolTipsVisible(true);
    m_menu->installEventFilter(this);
    setFocusProxy(m_line);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_line, 1);
    row->addWidget(m_choose);
    connect(m_line, &QLineEdit::textChanged, this, &ValueListEdit::edited);
    connect(m_choose, &QToolButton::clicked, this, [this] {
        fillMenu();
        m_menu->popup(m_choose->mapToGlobal(QPoint(0, m_choose->height())));
    });
}

/// Stays open while one ticks: several values are chosen at once.
bool ValueListEdit::eventFilter(QObject* watched, QEvent* event)
{
    const bool isClick = event->type() == QEvent::MouseButtonRelease;
    const bool isSpace =
        event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space;
    QAction* action = watched == m_menu && (isClick || isSpace) ? m_menu->activeAction() : nullptr;
    if (!action || !action->isCheckable() || !action->isEnabled())
        return QWidget::eventFilter(watched, event);
    action->trigger();
    return true;
}

void ValueListEdit::setField(GridField field)
{
    m_field = field;
    m_choose->setVisible(!knownGridValues(field).empty());
    m_line->setToolTip(tr("Its values, parted by commas or semicolons; at most %1.").arg(m_most));
    setText(usualGridValues(field));
}

QStringList ValueListEdit::values() const
{
    return parsedGridValues(m_line->text(), m_most);
}

void ValueListEdit::setText(const QString& text)
{
    m_line->setText(text);
}

void ValueListEdit::fillMenu()
{
    m_menu->clear();
    QString heading;
    const QStringList chosen = values();
    for (const GridChoice& choice : knownGridValues(m_field)) {
        if (choice.heading != heading)
            m_menu->addSection(choice.heading);
        heading = choice.heading;
        QAction* action = m_menu->addAction(choice.name);
        action->setToolTip(choice.value);
        action->setCheckable(true);
        action->setChecked(chosen.contains(choice.value));
        connect(action, &QAction::toggled, this, [this, value = choice.value](bool on) { tick(value, on); });
    }
    limitChoice();
}

/// At most so many can be ticked.
void ValueListEdit::limitChoice()
{
    const bool isFull = values().size() >= m_most;
    for (QAction* action : m_menu->actions())
        action->setEnabled(action->isSeparator() || action->isChecked() || !isFull);
}

void ValueListEdit::tick(const QString& value, bool on)
{
    QStringList chosen = values();
    chosen.removeAll(value);
    if (on)
        chosen.append(value);
    setText(chosen.join(QStringLiteral(", ")));
    limitChoice();
}

}  // namespace diffuscope::ui
