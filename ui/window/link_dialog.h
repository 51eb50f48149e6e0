// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for a link: a field for it, filled with one that was copied, and a sentence on what is wrong with it.
#pragma once

#include <QDialog>

class QDialogButtonBox;
class QLabel;
class QPlainTextEdit;

namespace diffuscope::ui {

/// Deletes itself once it is closed.
class LinkDialog : public QDialog
{
    Q_OBJECT

public:
    explicit LinkDialog(QWidget* parent);

Q_SIGNALS:
    /// A link that can be opened was chosen; the dialog closes.
    void chosen(const QString& link);

private:
    void check();
    void choose();

    QPlainTextEdit* m_link = nullptr;
    QLabel* m_says = nullptr;
    QDialogButtonBox* m_buttons = nullptr;
};

}  // namespace diffuscope::ui
