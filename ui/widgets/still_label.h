// SPDX-License-Identifier: GPL-3.0-or-later
// A line of text that changes often: it is painted anew, and nothing is laid out again.
#pragma once

#include <QWidget>

class QLabel;

namespace diffuscope::ui {

/// Holds a label as large as itself. A label in a layout makes its whole window lay out at every new text.
class StillLabel : public QWidget
{
    Q_OBJECT

public:
    explicit StillLabel(QWidget* parent = nullptr);

    QLabel& label() { return *m_label; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QLabel* m_label;
};

}  // namespace diffuscope::ui
