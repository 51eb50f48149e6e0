// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/lesson_pictures.h"

#include "core/base/error.h"
#include "ui/document/picture_file.h"
#include "ui/document/session_document.h"
#include "ui/lessons/lesson_panel.h"
#include "ui/window/main_window.h"

#include <QCoreApplication>
#include <QDir>
#include <QPixmap>
#include <QTimer>

#include <chrono>
#include <cstdio>

namespace diffuscope {

namespace {

using namespace std::chrono_literals;

constexpr auto longestStep = 120s;
constexpr auto settling = 500ms;  ///< plots redraw in their own time

/// Lives as long as the window.
class PictureTour : public QObject
{
public:
    PictureTour(QString folder, ui::MainWindow& window, ui::SessionDocument& document)
        : QObject(&window), m_folder(std::move(folder)), m_window(window), m_document(document)
    {
        m_limit.setSingleShot(true);
        m_limit.setInterval(longestStep);
        connect(&m_limit, &QTimer::timeout, this, [this] {
            end(1, QStringLiteral("Step %1 of the lesson did not finish in time.")
                       .arg(player().stepIndex() + 1));
        });
        connect(&player(), &ui::LessonPlayer::readyChanged, this, &PictureTour::look);
        connect(&player(), &ui::LessonPlayer::answered, this, [this](bool isRight, const QString&, double) {
            isRight ? settle()
                    : end(1, QStringLiteral("The computed answer of step %1 counts as wrong.")
                                 .arg(player().stepIndex() + 1));
        });
        connect(&player(), &ui::LessonPlayer::failed, this,
                [this](const QString& problem) { end(1, problem); });
        connect(&m_document, &ui::SessionDocument::failureChanged, this, [this] {
            if (m_document.failure())
                end(1, m_document.failure()->message);
        });
        m_limit.start();
        look();
    }

private:
    ui::LessonPlayer& player() { return *m_window.lessons().player(); }

    void look()
    {
        if (!player().isReady() || m_isLooking)
            return;
        m_isLooking = true;
        QTimer::singleShot(settling, this, [this] {
            if (player().step().question)
                player().answerRightly();
            else
                settle();
        });
    }

    void settle() { QTimer::singleShot(settling, this, &PictureTour::take); }

    void take()
    {
        const int step = player().stepIndex();
        const QString file = m_folder + QStringLiteral("/%1.png").arg(step + 1, 2, 10, QLatin1Char('0'));
        try {
            ui::writePictureFile(file, m_window.grab().toImage(), m_document.plan());
        } catch (const Error& error) {
            return end(1, QString::fromUtf8(error.what()));
        }
        if (step + 1 == int(player().lesson().steps.size()))
            return end(0);
        m_isLooking = false;
        m_limit.start();
        player().goTo(step + 1);
        look();
    }

    void end(int status, const QString& sentence = {})
    {
        if (!sentence.isEmpty())
            std::fprintf(stderr, "diffuscope: %s\n", qPrintable(sentence));
        m_limit.stop();
        QCoreApplication::exit(status);
    }

    QString m_folder;
    ui::MainWindow& m_window;
    ui::SessionDocument& m_document;
    QTimer m_limit;
    bool m_isLooking = false;
};

}  // namespace

void playForPictures(const QString& folder, ui::MainWindow& window, ui::SessionDocument& document)
{
    QDir().mkpath(folder);
    new PictureTour(folder, window, document);
}

}  // namespace diffuscope
