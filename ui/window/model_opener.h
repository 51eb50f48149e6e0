// SPDX-License-Identifier: GPL-3.0-or-later
// Opens a person's own model: asks for it, has it read on another thread, says what it is, and remembers it.
#pragma once

#include "ui/document/model_entry.h"

#include <QObject>
#include <QStringList>

#include <functional>
#include <memory>

class QMenu;
class QSettings;
class QThread;
class QWidget;

namespace diffuscope::ui {

class ActionRegistry;

/// What reading a folder or file came to.
struct OpenedModel
{
    ModelEntry entry{};
    QString summary{};  ///< its parts, in several lines; may be empty
    QString problem{};  ///< why it is no model that can be used; then the entry is not used
};

class ModelOpener : public QObject
{
    Q_OBJECT

public:
    /// Reads headers and configurations, no weights; called on another thread, and must not throw.
    using Read = std::function<OpenedModel(const QString& path)>;

    /// Window and settings must outlive it.
    ModelOpener(QWidget& window, QSettings& settings, Read read);
    ~ModelOpener() override;

    /// To the menu of files: a folder, a file, and those of before.
    void addActions(QMenu& menu, ActionRegistry& actions);
    /// Reads it and tells opened() or failed(); a second one waits for nothing: the first is forgotten.
    void open(const QString& path);
    /// Folders and files that were opened before, the newest first.
    QStringList known() const;
    bool isReading() const { return m_reading != nullptr; }

Q_SIGNALS:
    void opened(const diffuscope::ui::OpenedModel& model);
    void failed(const QString& problem);

private:
    void askForFolder();
    void askForFile();
    void remember(const QString& path);
    void fillKnown(QMenu& menu);

    QWidget& m_window;
    QSettings& m_settings;
    std::shared_ptr<const Read> m_read;
    QThread* m_reading = nullptr;  ///< the newest
    QList<QThread*> m_threads;
};

}  // namespace diffuscope::ui
