// SPDX-License-Identifier: GPL-3.0-or-later
// Asks where a file is to be written.
#pragma once

#include <QFileDialog>
#include <QFileInfo>

namespace diffuscope::ui {

/// The path that a person chose, with the ending of the suggested name where they typed none; empty where
/// they chose none.
inline QString askForSavePath(QWidget* parent, const QString& title, const QString& suggested,
                              const QString& filter)
{
    QString path = QFileDialog::getSaveFileName(parent, title, suggested, filter);
    if (!path.isEmpty() && QFileInfo(path).suffix().isEmpty())
        path += QLatin1Char('.') + QFileInfo(suggested).suffix();
    return path;
}

}  // namespace diffuscope::ui
