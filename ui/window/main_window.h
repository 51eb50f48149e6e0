// SPDX-License-Identifier: GPL-3.0-or-later
// The window: recipe at the left, the run in the middle, plots at the right, and the menus over all of it.
#pragma once

#include "core/recipe/recipe.h"
#include "ui/document/model_entry.h"
#include "ui/window/model_opener.h"

#include <QImage>
#include <QMainWindow>

#include <functional>
#include <optional>

class QSettings;
class QStackedWidget;

namespace diffuscope::ui {

class ActionRegistry;
class ComparisonPage;
class ComputeSettings;
class CurvesView;
class Docks;
class LessonLink;
class LessonPanel;
class Menus;
class Player;
class RecipePanel;
class RunView;
class SessionDocument;
class SessionFiles;
class SessionKeeper;
class SessionPanel;
struct ReplayCheck;
class StageView;
class StatusLine;
class StepEquationView;
class Theme;
class WordsLink;

/// Puts the parts together; what each does is its own business: Docks, Menus, SessionFiles, ComparisonPage,
/// WordsLink.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    /// What the window shows and steers; all of it must outlive the window.
    struct Parts
    {
        SessionDocument& document;
        Player& player;
        Theme& theme;
        QSettings& settings;
    };

    explicit MainWindow(const Parts& parts, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// The models to choose from; with none, the stage says `missingText` in place of images.
    void setModels(const QList<ModelEntry>& models, const QString& missingText);
    /// What computes, for the status line, and its tooltip.
    void setDevice(const QString& device, const QString& tip = {});
    /// Lets a person choose what computes, in the recipe panel and the Run menu; the settings must outlive
    /// the window.
    void offerCompute(ComputeSettings& settings);
    /// Lets a person keep the session in files; the keeper must outlive the window.
    void offerSession(SessionKeeper& keeper);
    StageView& stage();
    Docks& docks() { return *m_docks; }
    ActionRegistry& actions() { return *m_actions; }

    /// The recipe that was in the window when it was last closed, or the usual one; of the model with this id
    /// if one is named. A recipe whose model is gone becomes one of the first model that can be used. Absent
    /// where there is none and none was named.
    static std::optional<recipe::Recipe> startingRecipe(const QSettings& settings,
                                                        const QList<ModelEntry>& models,
                                                        const QString& model = {});
    /// Samples it.
    void restoreRecipe(const QString& model = {});
    /// Opens a session or a recipe, whichever the file holds. False, with the reason in the banner, where it
    /// cannot be read.
    bool openFile(const QString& path);
    /// Reads a recipe file as another run of the session. False, with the reason in the banner, where it
    /// cannot be read.
    bool openRecipe(const QString& path);
    LessonPanel& lessons();
    /// Lets a person open models of their own, which `read` reads (see ModelOpener).
    void offerOwnModels(std::function<OpenedModel(const QString& path)> read);
    /// Null before they are offered.
    ModelOpener* ownModels() { return m_ownModels; }
    /// Writes the document's recipe. False, with the reason in the banner, where it cannot be written.
    bool saveRecipe(const QString& path);
    /// Writes the images at the playhead as a PNG sheet. False, with the reason in the banner, where it
    /// cannot.
    bool saveImages(const QString& path);

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    void connectViews();
    void connectViewState();
    void restoreLayout();
    void updateEmptyStage();
    void showTrainingSchedule();
    void showCheck(int run, const ReplayCheck& check);
    void takeOwnModel(const OpenedModel& opened);
    void openDropped(const QString& path);
    void goBack();
    bool hasUsableModel() const;
    QImage shownImages() const;
    int columnWidth(Qt::DockWidgetArea area) const;

    SessionDocument& m_document;
    Player& m_player;
    Theme& m_theme;
    QSettings& m_settings;
    QList<ModelEntry> m_models;
    QString m_missingText;

    QStackedWidget* m_pages = nullptr;  ///< the run, and the comparison once there is one
    RunView* m_run = nullptr;
    StatusLine* m_status = nullptr;
    ActionRegistry* m_actions = nullptr;
    Docks* m_docks = nullptr;
    RecipePanel* m_recipe = nullptr;
    CurvesView* m_curves = nullptr;
    StepEquationView* m_equation = nullptr;
    SessionPanel* m_session = nullptr;
    WordsLink* m_words = nullptr;
    SessionFiles* m_files = nullptr;
    LessonLink* m_lessons = nullptr;
    ModelOpener* m_ownModels = nullptr;
    Menus* m_menus = nullptr;
    ComparisonPage* m_comparison = nullptr;  ///< once sessions are kept
    SessionKeeper* m_keeper = nullptr;
};

}  // namespace diffuscope::ui
