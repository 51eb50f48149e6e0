// How large a window beside the main window is at first.
#pragma once

#include <QGuiApplication>
#include <QScreen>
#include <QWidget>

namespace diffuscope::ui {

/// As large as it likes to be, also where Qt would cut it to two thirds of the screen.
inline void takeUsualSize(QWidget& dialog)
{
    const QSize frame(40, 80);  // the window's own, and the bars of the desktop
    dialog.resize(dialog.sizeHint().boundedTo(QGuiApplication::primaryScreen()->availableSize() - frame));
}

}  // namespace diffuscope::ui
