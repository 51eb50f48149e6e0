// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the document's session in files: saves and opens it, saves it by itself all the time, and checks runs
// that were stored against their replays.
#pragma once

#include "ui/document/autosave.h"
#include "ui/document/session_document.h"
#include "ui/document/session_saver.h"
#include "ui/engine/background_runs.h"

#include <QDateTime>
#include <QObject>
#include <QStringList>

#include <map>
#include <memory>

class QSettings;

namespace diffuscope::ui {

/// What became of the check of a stored run.
struct ReplayCheck
{
    bool differs = false;
    QString text;  ///< one sentence
};

class SessionKeeper : public QObject
{
    Q_OBJECT

public:
    static constexpr int mostRecent = 8;

    struct Parts
    {
        SessionDocument& document;
        BackgroundRuns& background;
        QSettings& settings;
        QString autosaveFolder;  ///< none is kept where this is empty
        QString program;         ///< its version
        SessionSaver::HashModel hashModel;
    };

    /// Document, background and settings must outlive the keeper.
    explicit SessionKeeper(Parts parts, QObject* parent = nullptr);
    ~SessionKeeper() override;

    BackgroundRuns& background() { return m_parts.background; }
    /// What is written into sessions as the machine that computed them.
    void setComputer(const QString& device, int threads);

    /// The session's own file; empty while it has none.
    const QString& path() const { return m_path; }
    /// A name for the title bar.
    QString title() const;
    /// There are edits that the session's own file does not hold.
    bool isModified() const;

    /// A fresh session with the current recipe. What was there and is in no file (edits that its file lacks,
    /// or more than one run without a file) is kept as a file among recent(), whose path is returned. So does
    /// open().
    QString newSession();
    /// False, with problem() signalled, where it cannot be opened; the session in the window stays.
    bool open(const QString& path);
    /// Another program, or another window, has written the session's own file since it was opened or saved
    /// here.
    bool isChangedOnDisk() const;
    /// False where it has no file yet. Replaces what is there: ask first where isChangedOnDisk().
    bool save();
    void saveAs(const QString& path);
    QStringList recent() const;

    /// Brings back what was in the window when the program last ended, however it ended. False where there is
    /// nothing. What other windows held then becomes files among recent(), which problem() tells, as it tells
    /// where nothing can be kept.
    bool restore();
    /// Closing the window would lose what is in it: nothing is kept by itself, and no file holds it.
    bool losesOnClose() const;
    /// Writes now what was not written yet, and waits for it.
    void flush();

    /// What the check of this run said; absent where it was not checked.
    const ReplayCheck* checkOf(int run) const;

Q_SIGNALS:
    /// path(), title() or isModified().
    void titleChanged();
    void recentChanged();
    /// Something could not be read or written: one sentence, and what to do.
    void problem(const QString& message, const QString& hint);
    void saved(const QString& path);
    /// These runs were compared when the session was saved.
    void comparisonRestored(const std::vector<int>& runs);
    void checked(int run, const diffuscope::ui::ReplayCheck& check);

private:
    struct Stored
    {
        recipe::RunPlan plan;
        std::shared_ptr<const session::RunRecord> record;
        bool isToCheck = false;  ///< it came from a file, and has not been replayed yet
    };

    void autosave();
    session::ViewState viewToSave(bool isAutosave);
    void retryAutosave(const Failure& failure);
    bool restoreOwn();
    void keepLeftSessions();
    QString keptPath(const QString& title) const;
    QString keepUnsaved();
    SaveJob jobFor(const QString& path, bool isAutosave);
    void adopt(session::SessionFile file);
    void adoptView(const session::ViewState& stored);
    void noteFinished(const RunUpdate& update);
    void check(int run, Stored& stored, const RunUpdate& update);
    void compareHashes(const std::map<std::string, std::string>& hashes);
    void setPath(const QString& path);
    void addRecent(const QString& path);

    Parts m_parts;
    SessionDocument& m_document;
    SessionSaver m_saver;
    Autosave m_autosave;
    QString m_path;
    QString m_device;
    int m_threads = 0;
    session::Provenance m_openedFrom;
    std::map<int, Stored> m_stored;
    std::map<int, ReplayCheck> m_checks;
    std::map<int, RunToRecord> m_toRecord;
    bool m_isEditedSinceFailure = false;
    /// Of the session's own file as it was when it was last read or written here.
    struct FileStamp
    {
        QDateTime changed;
        qint64 size = -1;
        bool operator==(const FileStamp&) const = default;
    };
    static FileStamp stampOf(const QString& path);
    FileStamp m_stamp;
    int m_savesUnderWay = 0;
};

}  // namespace diffuscope::ui
