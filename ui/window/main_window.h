// The window: recipe at the left, the run in the middle, plots at the right, and the menus over all of it.
#pragma once

#include "core/recipe/run_plan.h"
#include "ui/document/model_entry.h"

#include <QMainWindow>

#include <optional>

class QAction;
class QDockWidget;
class QMenu;
class QSettings;
class QStackedWidget;

namespace diffuscope::ui {

class ComputeSettings;
class CurvesView;
class CompareView;
class Comparison;
class ErrorWindow;
class GridWindow;
class Player;
class RecipePanel;
class RunView;
class SessionDocument;
class SessionKeeper;
class SessionPanel;
struct ReplayCheck;
class StageView;
class StatusLine;
class StepEquationView;
class Theme;
class WordsView;

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

private:
    /// How many docks a column has room for, one below the other.
    enum class Room { roomy, usual, cramped };

    void buildDocks();
    QDockWidget* addDock(Qt::DockWidgetArea area, const QString& name, const QString& title,
                         QWidget* content);
    void buildFileMenu();
    void buildEditMenu();
    void buildRunMenu();
    void buildPlaybackMenu();
    void buildViewMenu();
    void buildHelpMenu();
    void buildSessionDock();
    void placeSession();
    void buildSessionMenu();
    void buildSessionFileActions();
    void buildRecipeTextActions(QMenu* menu);
    void fillRecentMenu();
    void buildComparison();
    void compareRuns(const std::vector<int>& runs);
    void compareWithTwiceTheSteps();
    bool leaveComparison();
    void showGrid();
    void showErrors();
    void askForSession();
    void askWhereToSaveSession();
    void saveSession();
    bool mayClose();
    void pasteRecipe();
    void takePlan(const recipe::RunPlan& plan, const QString& text);
    void showCheck(int run, const ReplayCheck& check);
    QAction* addMenuAction(QMenu* menu, const QString& name, const QString& text,
                           const QList<QKeySequence>& keys, const QString& tip);

    void askForRecipe();
    void askWhereToSaveRecipe();
    void askWhereToSaveImages();
    QImage shownImages();
    void leaveEnlarged();
    void moveSelection(int delta);
    bool hasUsableModel() const;
    void updateEmptyStage();
    void showTrainingSchedule();
    void restoreLayout();
    void resetLayout();
    void takeUsualSizes();
    Room room() const;
    bool isUsualLayout() const;
    int recipeWidth() const;
    void standAlone(Qt::DockWidgetArea area, const QString& name);
    void placePlots();
    void buildEquationActions(QMenu* menu);
    void buildWords();
    void addWordsAction(QMenu* menu);
    void followWords();
    void saveSettings();
    void reportProblem(const QString& message, const QString& hint);

    SessionDocument& m_document;
    Player& m_player;
    Theme& m_theme;
    QSettings& m_settings;
    QList<ModelEntry> m_models;
    QString m_missingText;
    RecipePanel* m_recipe = nullptr;
    CurvesView* m_curves = nullptr;
    StepEquationView* m_equation = nullptr;
    RunView* m_run = nullptr;
    QStackedWidget* m_pages = nullptr;  ///< the run, and the comparison once there is one
    Comparison* m_comparison = nullptr;
    CompareView* m_compare = nullptr;
    GridWindow* m_gridWindow = nullptr;
    ErrorWindow* m_errorWindow = nullptr;
    SessionPanel* m_session = nullptr;
    SessionKeeper* m_keeper = nullptr;
    QMenu* m_recentMenu = nullptr;
    StatusLine* m_status = nullptr;
    WordsView* m_words = nullptr;
    QDockWidget* m_wordsDock = nullptr;
    QMenu* m_runMenu = nullptr;
    QList<QDockWidget*> m_docks;
    QByteArray m_usualLayout;
    Room m_room = Room::usual;     ///< that the docks were arranged for
    bool m_hasUsualSizes = false;  ///< until it is shown: no layout was restored
};

}  // namespace diffuscope::ui
