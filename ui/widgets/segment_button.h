// SPDX-License-Identifier: GPL-3.0-or-later
// One of a few choices side by side, of which the chosen one is in the accent colour: seen from the back row
// too.
#pragma once

#include <QToolButton>

namespace diffuscope::ui {

class SegmentButton : public QToolButton
{
    Q_OBJECT

public:
    explicit SegmentButton(QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace diffuscope::ui
