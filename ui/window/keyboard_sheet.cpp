// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/keyboard_sheet.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QScrollArea>

namespace diffuscope::ui {

namespace {

QString withoutMnemonic(QString text)
{
    text.remove(u'&');
    if (text.endsWith(u'…'))
        text.chop(1);
    return text;
}

void collect(const QMenu& menu, QList<KeyLine>& lines)
{
    for (const auto* action : menu.actions()) {
        if (action->menu()) {
            collect(*action->menu(), lines);
            continue;
        }
        QStringList keys;
        for (const auto& sequence : action->shortcuts())
            if (!sequence.isEmpty())  // a standard key that this system has not
                keys.append(sequence.toString(QKeySequence::NativeText));
        if (!keys.isEmpty())
            lines.append({keys.join(QStringLiteral(", ")), withoutMnemonic(action->text())});
    }
}

QWidget* column(const QList<KeyGroup>& groups, QWidget* parent)
{
    auto* page = new QWidget(parent);
    auto* grid = new QGridLayout(page);
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(4);
    int row = 0;
    for (const auto& group : groups) {
        auto* title = new QLabel(group.title, page);
        QFont bold = title->font();
        bold.setBold(true);
        title->setFont(bold);
        title->setContentsMargins(0, row == 0 ? 0 : 12, 0, 2);
        grid->addWidget(title, row++, 0, 1, 2);
        for (const auto& line : group.lines) {
            auto* keys = new QLabel(line.keys, page);
            keys->setForegroundRole(QPalette::PlaceholderText);
            grid->addWidget(keys, row, 0);
            grid->addWidget(new QLabel(line.text, page), row++, 1);
        }
    }
    grid->setColumnStretch(1, 1);
    grid->setRowStretch(row, 1);
    return page;
}

}  // namespace

QList<KeyGroup> keysOfMenus(const QMenuBar& menus)
{
    QList<KeyGroup> groups;
    for (const auto* action : menus.actions()) {
        if (!action->menu())
            continue;
        KeyGroup group{withoutMnemonic(action->text()), {}};
        collect(*action->menu(), group.lines);
        if (!group.lines.isEmpty())
            groups.append(group);
    }
    return groups;
}

KeyboardSheet::KeyboardSheet(const QList<KeyGroup>& groups, QWidget* parent) : QDialog(parent)
{
    setObjectName(QStringLiteral("keyboardSheet"));
    setWindowTitle(tr("Keyboard – Diffuscope"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 12);
    layout->setSpacing(12);

    // Two columns of about equal length.
    qsizetype total = 0;
    for (const auto& group : groups)
        total += group.lines.size() + 2;
    QList<KeyGroup> left;
    QList<KeyGroup> right;
    qsizetype taken = 0;
    for (const auto& group : groups) {
        (2 * taken < total ? left : right).append(group);
        taken += group.lines.size() + 2;
    }
    auto* page = new QWidget;
    auto* sides = new QHBoxLayout(page);
    sides->setContentsMargins(0, 0, 8, 0);
    sides->setSpacing(40);
    sides->addWidget(column(left, page), 0, Qt::AlignTop);
    sides->addWidget(column(right, page), 0, Qt::AlignTop);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(page);
    layout->addWidget(scroll, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    layout->addWidget(buttons);
    const QSize wanted = page->sizeHint() + QSize(48, 88);
    resize(wanted.boundedTo(QSize(960, 640)));
}

}  // namespace diffuscope::ui
