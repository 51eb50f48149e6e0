// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/model_opener.h"

#include "ui/window/action_registry.h"

#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QSettings>
#include <QThread>

#include <utility>

namespace diffuscope::ui {

namespace {

const QString knownKey = QStringLiteral("models/opened");
constexpr int mostKnown = 8;

}  // namespace

ModelOpener::ModelOpener(QWidget& window, QSettings& settings, Read read)
    : QObject(&window),
      m_window(window),
      m_settings(settings),
      m_read(std::make_shared<const Read>(std::move(read)))
{
}

ModelOpener::~ModelOpener()
{
    for (QThread* thread : m_threads)
        thread->wait();
}

void ModelOpener::addActions(QMenu& menu, ActionRegistry& actions)
{
    connect(
        actions.add(menu, QStringLiteral("action.openModel"), tr("Open &Model Folder…"), {},
                    tr("Open a model of your own: a folder of diffusers, or one that this program wrote.")),
        &QAction::triggered, this, &ModelOpener::askForFolder);
    connect(actions.add(menu, QStringLiteral("action.openCheckpoint"), tr("Open Model &File…"), {},
                        tr("Open a model in one .safetensors file.")),
            &QAction::triggered, this, &ModelOpener::askForFile);
    QMenu* known = menu.addMenu(tr("Models O&pened Before"));
    known->setObjectName(QStringLiteral("menu.openedModels"));
    connect(known, &QMenu::aboutToShow, this, [this, known] { fillKnown(*known); });
    fillKnown(*known);
}

void ModelOpener::fillKnown(QMenu& menu)
{
    menu.clear();
    for (const QString& path : known())
        connect(menu.addAction(QDir::toNativeSeparators(path)), &QAction::triggered, this,
                [this, path] { open(path); });
    menu.menuAction()->setEnabled(!menu.isEmpty());
}

QStringList ModelOpener::known() const
{
    return m_settings.value(knownKey).toStringList();
}

void ModelOpener::remember(const QString& path)
{
    QStringList paths = known();
    paths.removeAll(path);
    paths.prepend(path);
    m_settings.setValue(knownKey, paths.mid(0, mostKnown));
}

void ModelOpener::askForFolder()
{
    const QString path = QFileDialog::getExistingDirectory(&m_window, tr("Open Model Folder"));
    if (!path.isEmpty())
        open(path);
}

void ModelOpener::askForFile()
{
    const QString path = QFileDialog::getOpenFileName(&m_window, tr("Open Model File"), {},
                                                      tr("Weights (*.safetensors);;All files (*)"));
    if (!path.isEmpty())
        open(path);
}

void ModelOpener::open(const QString& path)
{
    const QString absolute = QFileInfo(path).absoluteFilePath();
    auto result = std::make_shared<OpenedModel>();
    QThread* thread = QThread::create([read = m_read, absolute, result] { *result = (*read)(absolute); });
    thread->setParent(this);
    m_threads.append(thread);
    m_reading = thread;
    connect(thread, &QThread::finished, this, [this, thread, absolute, result] {
        m_threads.removeAll(thread);
        thread->deleteLater();
        if (thread != m_reading)
            return;
        m_reading = nullptr;
        if (!result->problem.isEmpty()) {
            Q_EMIT failed(result->problem);
            return;
        }
        remember(absolute);
        Q_EMIT opened(*result);
    });
    thread->start(QThread::LowPriority);
}

}  // namespace diffuscope::ui
