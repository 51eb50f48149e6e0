// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/first_image.h"

#include "ui/document/session_document.h"

#include <QCoreApplication>
#include <QTimer>

#include <cstdio>

namespace diffuscope {

void endAtFirstImage(ui::SessionDocument& document)
{
    const auto report = [] {
        std::puts("first image");
        std::fflush(stdout);
        QCoreApplication::quit();
    };
    // A timer's turn comes when every event that waited was handled, the window's painting among them.
    QObject::connect(&document, &ui::SessionDocument::trajectoryChanged, &document,
                     [&document, report] { QTimer::singleShot(0, &document, report); });
    QObject::connect(&document, &ui::SessionDocument::failureChanged, &document, [&document] {
        if (document.failure()) {
            std::fprintf(stderr, "diffuscope: %s\n", qPrintable(document.failure()->message));
            QCoreApplication::exit(1);
        }
    });
}

}  // namespace diffuscope
