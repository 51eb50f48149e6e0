// SPDX-License-Identifier: GPL-3.0-or-later
// The menus of the window: every action with its name, keys and one sentence.
#pragma once

#include <QObject>

class QMainWindow;
class QMenu;

namespace diffuscope::ui {

class ActionRegistry;
class Docks;
class Player;
class RecipePanel;
class SessionDocument;
class SessionFiles;
class SessionPanel;
class StageView;
class Theme;
class LessonLink;
class WordsLink;

class Menus : public QObject
{
    Q_OBJECT

public:
    /// What the actions act on; all of it must outlive the menus.
    struct Parts
    {
        QMainWindow& window;
        ActionRegistry& actions;
        SessionDocument& document;
        Player& player;
        Theme& theme;
        Docks& docks;
        RecipePanel& recipe;
        SessionPanel& session;
        StageView& stage;
        SessionFiles& files;
        WordsLink& words;
        LessonLink& lessons;
    };

    explicit Menus(const Parts& parts);

    /// More actions of what computes, or of the session, are added to these.
    QMenu& file() { return *m_file; }
    QMenu& run() { return *m_run; }
    QMenu& session() { return *m_session; }

Q_SIGNALS:
    /// One step back, from whatever is in the middle of the window.
    void backRequested();

private:
    void addFileMenu();
    void addEditMenu();
    void addRunMenu();
    void addSessionMenu();
    void addPlaybackMenu();
    void addEquationActions(QMenu* menu);
    void addViewMenu();
    void addLayerActions(QMenu* menu);
    void addZoomActions(QMenu* menu);
    void addDockActions(QMenu* menu);
    void addHelpMenu();
    void showKeys();
    void moveSelection(int delta);

    Parts m_parts;
    ActionRegistry& m_actions;
    QMenu* m_file = nullptr;
    QMenu* m_run = nullptr;
    QMenu* m_session = nullptr;
};

}  // namespace diffuscope::ui
