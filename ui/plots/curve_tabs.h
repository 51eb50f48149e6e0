// SPDX-License-Identifier: GPL-3.0-or-later
// The row above the curves: which of them to show, and the menu for drawing by hand.
#pragma once

#include "ui/plots/noise_curves.h"

#include <QWidget>

class QMenu;
class QTabBar;

namespace diffuscope::ui {

class CurveTabs : public QWidget
{
    Q_OBJECT

public:
    /// The menu must outlive the row.
    explicit CurveTabs(QMenu& drawMenu, QWidget* parent = nullptr);

    CurveSet set() const;
    void choose(CurveSet set);
    /// By its id in a view state: "snr"; any other text changes nothing.
    QString id() const;
    void chooseById(const QString& id);

Q_SIGNALS:
    void chosen(diffuscope::ui::CurveSet set);

private:
    void addTab(const QString& name, const QString& tip);

    QTabBar* m_tabs = nullptr;
};

}  // namespace diffuscope::ui
