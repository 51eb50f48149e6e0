// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recipe/compute_box.h"

#include <QStandardItemModel>

namespace diffuscope::ui {

ComputeBox::ComputeBox(const ComputeQuestion& question, ComputeSettings& settings, QWidget* parent)
    : QComboBox(parent), m_question(question), m_settings(settings)
{
    setFocusPolicy(Qt::TabFocus);
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(10);
    for (const ComputeOption& option : m_question.options)
        addItem(option.text, option.value);
    connect(this, &QComboBox::activated, this, [this](int index) {
        m_question.choose(m_question.options[index], m_settings);
        refresh();
    });
    connect(&m_settings, &ComputeSettings::changed, this, &ComputeBox::refresh);
    connect(&m_settings, &ComputeSettings::reported, this, &ComputeBox::refresh);
    refresh();
}

void ComputeBox::refresh()
{
    for (int index = 0; index < int(m_question.options.size()); ++index) {
        const ComputeOption& option = m_question.options[index];
        setItemText(index, m_question.textOf(option, m_settings).remove(u'&'));
        setItemData(index, m_question.tipOf(option, m_settings), Qt::ToolTipRole);
        static_cast<QStandardItemModel*>(model())->item(index)->setEnabled(
            m_question.isPossible(option, m_settings));
    }
    const int chosen = findData(m_question.chosenIn(m_settings));
    setCurrentIndex(chosen);
    setToolTip(itemData(chosen, Qt::ToolTipRole).toString());
}

}  // namespace diffuscope::ui
