// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/file_drop.h"

#include <QDropEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QTimer>
#include <QUrl>
#include <QWidget>

#include <algorithm>

namespace diffuscope::ui {

namespace {

const QString folderSuffix = QStringLiteral("/");

/// The dropped file, or nothing where it is none of these.
QString fileOf(const QMimeData& data, const QStringList& suffixes)
{
    const QList<QUrl> urls = data.urls();
    if (urls.size() != 1 || !urls.constFirst().isLocalFile())
        return {};
    const QString path = urls.constFirst().toLocalFile();
    const bool fits = std::ranges::any_of(suffixes, [&](const QString& suffix) {
        return suffix == folderSuffix ? QFileInfo(path).isDir() : path.endsWith(suffix, Qt::CaseInsensitive);
    });
    return fits ? path : QString();
}

}  // namespace

FileDrop::FileDrop(QWidget& window, QStringList suffixes) : QObject(&window), m_suffixes(std::move(suffixes))
{
    window.setAcceptDrops(true);
    window.installEventFilter(this);
}

bool FileDrop::eventFilter(QObject* watched, QEvent* event)
{
    const bool isDrop = event->type() == QEvent::Drop;
    if (!isDrop && event->type() != QEvent::DragEnter && event->type() != QEvent::DragMove)
        return QObject::eventFilter(watched, event);
    auto& drop = static_cast<QDropEvent&>(*event);  // drags are drops that have not ended
    const QString path = fileOf(*drop.mimeData(), m_suffixes);
    if (path.isEmpty()) {
        drop.ignore();
        return true;
    }
    drop.setDropAction(Qt::CopyAction);
    drop.accept();
    if (isDrop)  // later: the program that the file comes from waits until the drop is over
        QTimer::singleShot(0, this, [this, path] { Q_EMIT dropped(path); });
    return true;
}

}  // namespace diffuscope::ui
