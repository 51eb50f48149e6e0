// SPDX-License-Identifier: GPL-3.0-or-later
// The row above a plot over frames: what its bottom axis counts, and where the two cursors are.
#pragma once

#include "ui/plots/frame_keys.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QToolButton;

namespace diffuscope::ui {

class SessionDocument;

class CursorBar : public QWidget
{
    Q_OBJECT

public:
    /// Objects in it are named `name` + "AxisBox", "CursorText" and "RemoveSecond". The document must outlive
    /// it.
    CursorBar(SessionDocument& document, const QString& name, QWidget* parent = nullptr);

private:
    void refresh();
    QString valueText(double value) const;

    SessionDocument& m_document;
    QComboBox* m_axis = nullptr;
    QLabel* m_text = nullptr;
    QToolButton* m_remove = nullptr;
};

}  // namespace diffuscope::ui
