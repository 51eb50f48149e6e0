// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recipe/rule_section.h"

#include "ui/widgets/notice_list.h"
#include "ui/widgets/option_editor.h"

#include <QComboBox>
#include <QGridLayout>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <QToolButton>

namespace diffuscope::ui {

using base::OptionValues;

namespace {

/// A heading in the list that cannot be chosen.
void addHeading(QComboBox* list, const QString& text)
{
    list->addItem(text);
    auto* item = static_cast<QStandardItemModel*>(list->model())->item(list->count() - 1);
    item->setFlags(Qt::NoItemFlags);
    QFont bold = list->font();
    bold.setBold(true);
    item->setFont(bold);
}

}  // namespace

RuleSection::RuleSection(const QString& name, const QString& label, const QString& tip, Options options,
                         QWidget* parent)
    : QObject(parent), m_alwaysShown(options == Options::firstShown ? 1 : 0)
{
    m_label = new QLabel(label, parent);
    m_list = new QComboBox(parent);
    m_list->setObjectName(name);
    const QString plain = QString(label).remove(u'&');
    m_list->setAccessibleName(plain);
    m_list->setToolTip(tip);
    m_list->setFocusPolicy(Qt::TabFocus);
    m_list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_list->setMinimumContentsLength(10);
    m_list->setMaxVisibleItems(24);
    m_label->setToolTip(tip);
    m_label->setBuddy(m_list);

    m_fold = new QToolButton(parent);
    m_fold->setObjectName(name + QStringLiteral(".more"));
    m_fold->setAccessibleName(tr("Options of %1").arg(plain));
    m_fold->setToolTip(tr("Show or hide the options of what is chosen here."));
    m_fold->setCheckable(true);
    m_fold->setAutoRaise(true);
    m_fold->setFocusPolicy(Qt::TabFocus);

    m_note = new QLabel(parent);
    m_note->setObjectName(name + QStringLiteral(".note"));
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_note->setWordWrap(true);
    m_note->hide();
    m_notices = new NoticeList(parent);
    m_notices->setObjectName(name + QStringLiteral(".notices"));
    m_notices->setAccessibleName(tr("Notices on %1").arg(plain));
    m_editor = new OptionEditor(name, parent);
    connect(m_list, &QComboBox::activated, this, &RuleSection::chooseCurrent);
    connect(m_fold, &QToolButton::clicked, this, [this](bool open) { setFolded(!open); });
    connect(m_editor, &OptionEditor::edited, this, [this](const OptionValues& values) {
        m_remembered[QString::fromStdString(m_shown)] = values;
        Q_EMIT edited(m_shown, values);
    });
    connect(m_editor, &OptionEditor::rebuilt, this, [this] {
        updateFold();
        Q_EMIT rebuilt();
    });
}

int RuleSection::addTo(QGridLayout* grid, int row)
{
    auto* line = new QHBoxLayout;
    line->setSpacing(4);
    line->addWidget(m_list, 1);
    line->addWidget(m_fold);
    grid->addWidget(m_label, row, 0);
    grid->addLayout(line, row, 1);
    grid->addWidget(m_note, row + 1, 0, 1, 2);
    grid->addWidget(m_notices, row + 2, 0, 1, 2);
    grid->addWidget(m_editor, row + 3, 0, 1, 2);
    updateFold();
    return row + 4;
}

void RuleSection::setChoices(std::vector<RuleChoice> choices)
{
    m_choices = std::move(choices);
    const QSignalBlocker quiet(m_list);
    m_list->clear();
    QString family;
    for (const auto& entry : m_choices) {
        if (entry.family != family && !entry.family.isEmpty())
            addHeading(m_list, entry.family);
        family = entry.family;
        m_list->addItem(entry.name, QString::fromStdString(entry.id));
        m_list->setItemData(m_list->count() - 1, entry.tip, Qt::ToolTipRole);
    }
}

void RuleSection::setChoiceName(const std::string& id, const QString& name)
{
    const int index = m_list->findData(QString::fromStdString(id));
    if (index >= 0)
        m_list->setItemText(index, name);
}

int RuleSection::labelWidth() const
{
    return std::max(m_label->sizeHint().width(), m_editor->widestLabel());
}

const RuleChoice* RuleSection::choice(const std::string& id) const
{
    for (const auto& entry : m_choices)
        if (entry.id == id)
            return &entry;
    return nullptr;
}

void RuleSection::show(const std::string& id, const OptionValues& values)
{
    const bool changed = id != m_shown || m_remembered.value(QString::fromStdString(id)).empty();
    m_shown = id;
    m_remembered[QString::fromStdString(id)] = values;
    m_list->setCurrentIndex(m_list->findData(QString::fromStdString(id)));
    const RuleChoice* shown = choice(id);
    m_editor->setOptions(shown ? shown->options : std::vector<base::Option>{}, values);
    if (changed && !values.empty())
        m_folded = shown && shown->staysFolded;
    updateFold();
    Q_EMIT rebuilt();
}

void RuleSection::setNote(const QString& note)
{
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
}

void RuleSection::setNotices(const std::vector<run::Notice>& notices)
{
    m_notices->setNotices(notices);
}

void RuleSection::setEnabled(bool enabled)
{
    m_label->setEnabled(enabled);
    m_list->setEnabled(enabled);
    m_fold->setEnabled(enabled);
    m_editor->setEnabled(enabled);
}

void RuleSection::chooseCurrent()
{
    const std::string id = m_list->currentData().toString().toStdString();
    const RuleChoice* chosen = choice(id);
    if (!chosen || id == m_shown)
        return;
    const OptionValues values = m_remembered.value(QString::fromStdString(id));
    show(id, values);
    Q_EMIT edited(id, values);
}

void RuleSection::setFolded(bool folded)
{
    m_folded = folded;
    updateFold();
    Q_EMIT rebuilt();
}

void RuleSection::updateFold()
{
    const RuleChoice* shown = choice(m_shown);
    const int options = shown ? int(shown->options.size()) : 0;
    m_fold->setVisible(options > m_alwaysShown);
    m_fold->setChecked(!m_folded);
    m_fold->setArrowType(m_folded ? Qt::RightArrow : Qt::DownArrow);
    m_editor->setVisibleRows(m_folded ? m_alwaysShown : options);
}

}  // namespace diffuscope::ui
