// SPDX-License-Identifier: GPL-3.0-or-later
// What the window reads and writes: recipes as files and as text, pictures, and sessions once they are kept.
#pragma once

#include "core/recipe/run_plan.h"

#include <QImage>
#include <QObject>

#include <functional>

class QMenu;
class QWidget;

namespace diffuscope::ui {

class ActionRegistry;
class FailureBanner;
class SessionDocument;
class SessionKeeper;

/// What cannot be read or written is reported in the banner.
class SessionFiles : public QObject
{
    Q_OBJECT

public:
    /// All of it must outlive this; `window` is the parent of dialogs.
    struct Parts
    {
        QWidget& window;
        SessionDocument& document;
        FailureBanner& banner;
        ActionRegistry& actions;
        std::function<QImage()> shownImages;
    };

    explicit SessionFiles(Parts parts);

    /// Opening and saving a recipe, images and exports.
    void addFileActions(QMenu& menu);
    /// Copying and pasting of recipes and images.
    void addEditActions(QMenu& menu);
    /// Puts the session's own actions on top of the menu of addFileActions(); the recipe's give their keys
    /// to these. The keeper must outlive this.
    void offerSession(SessionKeeper& keeper);

    /// A session or a recipe, whichever the file holds, or a link in its place. These are false where it
    /// cannot be read or written.
    bool openFile(const QString& path);
    bool openRecipe(const QString& path);
    /// A `diffuscope:` link, as a run of its own where the session is not fresh.
    bool openLink(const QString& link);
    bool saveRecipe(const QString& path);
    bool saveImages(const QString& path);
    /// In place of the recipe where the session is fresh; a run of its own otherwise.
    void takePlan(const recipe::RunPlan& plan, const QString& text);
    /// Asks where closing would lose what is kept nowhere. False where the window is to stay.
    bool mayClose();

Q_SIGNALS:
    /// A link that was opened points at a step of a lesson.
    void lessonAsked(const QString& lesson, int step);

private:
    void copyLink();
    void askForLink();
    void askForRecipe();
    void askWhereToSaveRecipe();
    void askWhereToSaveImages();
    void askForSession();
    void askWhereToSaveSession();
    void saveSession();
    void pasteRecipe();
    void fillRecentMenu();
    void report(const QString& message, const QString& hint);

    Parts m_parts;
    SessionDocument& m_document;
    SessionKeeper* m_keeper = nullptr;
    QMenu* m_fileMenu = nullptr;
    QMenu* m_recentMenu = nullptr;
};

}  // namespace diffuscope::ui
