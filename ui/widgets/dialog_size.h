// SPDX-License-Identifier: GPL-3.0-or-later
// How large a window beside the main window is at first.
#pragma once

#include <QGuiApplication>
#include <QScreen>
#include <QWidget>

namespace diffuscope::ui {

/// As large as it likes to be and at least so large, but for what the screen does not hold.
inline void takeUsualSize(QWidget& dialog, QSize least)
{
    const QSize frame(40, 80);  // the window's own, and the bars of the desktop
    const QSize room = QGuiApplication::primaryScreen()->availableSize() - frame;
    dialog.resize(dialog.sizeHint().expandedTo(least).boundedTo(room));
}

}  // namespace diffuscope::ui
