// SPDX-License-Identifier: GPL-3.0-or-later
// A choice from one of core's registries (schedule, grid, sampler, guidance, clipping) with the options of
// what is chosen beneath it.
#pragma once

#include "core/run/recipe_notices.h"
#include "ui/widgets/rule_lists.h"

#include <QHash>
#include <QLabel>
#include <QObject>

#include <string>
#include <vector>

class QComboBox;
class QGridLayout;
class QToolButton;

namespace diffuscope::ui {

class NoticeList;
class OptionEditor;

/// Rows of a form's grid: label and list, a note, and the options, which a small button shows or hides.
/// Options that differ from their defaults are shown from the start. Going back to a rule brings back the
/// options it had.
class RuleSection : public QObject
{
    Q_OBJECT

public:
    enum class Options {
        firstShown,  ///< the first option is always shown, the others fold
        folded,
    };

    /// `name` is the list's object name and begins those of its options.
    RuleSection(const QString& name, const QString& label, const QString& tip, Options options,
                QWidget* parent);

    /// Adds the rows to a grid of label and control columns; returns the first free row.
    int addTo(QGridLayout* grid, int row);

    void setChoices(std::vector<RuleChoice> choices);
    const std::vector<RuleChoice>& choices() const { return m_choices; }
    /// Renames an entry, e.g. after another model was chosen.
    void setChoiceName(const std::string& id, const QString& name);
    /// Shows a rule and its options; signals nothing.
    void show(const std::string& id, const base::OptionValues& values);
    /// A line beneath the list; none if empty.
    void setNote(const QString& note);
    /// What a person should know of this choice, beneath it.
    void setNotices(const std::vector<run::Notice>& notices);
    void setEnabled(bool enabled);
    /// What the widest label needs, those of the options included.
    int labelWidth() const;
    OptionEditor* options() const { return m_editor; }

Q_SIGNALS:
    void edited(const std::string& id, const diffuscope::base::OptionValues& values);
    /// Other options are shown: labels may need another width.
    void rebuilt();

private:
    const RuleChoice* choice(const std::string& id) const;
    void chooseCurrent();
    void setFolded(bool folded);
    void updateFold();

    std::vector<RuleChoice> m_choices;
    std::string m_shown;
    QHash<QString, base::OptionValues> m_remembered;
    QLabel* m_label = nullptr;
    QComboBox* m_list = nullptr;
    QToolButton* m_fold = nullptr;
    OptionEditor* m_editor = nullptr;
    QLabel* m_note = nullptr;
    NoticeList* m_notices = nullptr;
    int m_alwaysShown = 0;  ///< options that do not fold
    bool m_folded = true;
};

}  // namespace diffuscope::ui
