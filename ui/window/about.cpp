// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/about.h"

#include <QCoreApplication>
#include <QMessageBox>

namespace diffuscope::ui {

void showAbout(QWidget* parent)
{
    const auto tr = [](const char* text) {
        return QCoreApplication::translate("diffuscope::ui::About", text);
    };
    QMessageBox box(parent);
    box.setObjectName(QStringLiteral("aboutBox"));
    box.setWindowTitle(tr("About Diffuscope"));
    box.setIconPixmap(parent->windowIcon().pixmap(64, 64));
    box.setTextFormat(Qt::RichText);
    box.setText(
        tr("<h3>Diffuscope %1</h3><p>An oscilloscope for diffusion models: it samples a trained network, "
           "records every quantity of every step, and lets you scrub, plot and compare.</p>")
            .arg(QCoreApplication::applicationVersion()));
    box.setInformativeText(
        tr("Built on Qt %1, LibTorch and QCustomPlot. Free software under the GNU General Public "
           "License, version 3 or later; it comes with no warranty.")
            .arg(QLatin1String(qVersion())));
    box.exec();
}

}  // namespace diffuscope::ui
