// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/screenshot.h"

#include "core/base/error.h"
#include "ui/document/picture_file.h"
#include "ui/document/session_document.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QPixmap>
#include <QTimer>

#include <chrono>
#include <cstdio>

namespace diffuscope {

namespace {

using namespace std::chrono_literals;

constexpr auto longestWait = 120s;
/// Time for the last repaint and for plots that redraw in their own time.
constexpr auto settling = 300ms;

void end(ScreenshotExit status, const QString& sentence = {})
{
    if (!sentence.isEmpty())
        std::fprintf(stderr, "diffuscope: %s\n", qPrintable(sentence));
    QCoreApplication::exit(int(status));
}

void take(const QString& file, ui::MainWindow& window, const ui::SessionDocument& document)
{
    try {
        ui::writePictureFile(file, window.grab().toImage(), document.plan());
        end(ScreenshotExit::taken);
    } catch (const Error& error) {
        end(ScreenshotExit::failed, QString::fromUtf8(error.what()));
    }
}

}  // namespace

void scheduleScreenshot(const CommandLine& line, ui::MainWindow& window, ui::SessionDocument& document)
{
    const auto shoot = [line, &window, &document] {
        if (line.frame)
            document.commitFrame(*line.frame);
        QTimer::singleShot(settling, &window, [file = line.screenshotFile, &window, &document] {
            take(file, window, document);
        });
    };
    if (line.afterSeconds) {
        QTimer::singleShot(std::chrono::milliseconds(qint64(*line.afterSeconds * 1000)), &window, shoot);
        return;
    }
    QTimer::singleShot(longestWait, &window, [] {
        end(ScreenshotExit::failed, QStringLiteral("The run did not finish in time."));
    });
    QObject::connect(
        &document, &ui::SessionDocument::stateChanged, &window, [&document, shoot](ui::RunState state) {
            if (state == ui::RunState::finished)
                shoot();
            else if (state == ui::RunState::failed)
                end(ScreenshotExit::failed,
                    document.failure() ? document.failure()->message : QStringLiteral("The run failed."));
        });
}

}  // namespace diffuscope
