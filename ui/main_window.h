// The window: recipe at the left, the run in the middle, plots at the right, and the menus over all of it.
#pragma once

#include "ui/panels/model_entry.h"

#include <QMainWindow>

#include <optional>

class QAction;
class QDockWidget;
class QMenu;
class QSettings;

namespace diffuscope::ui {

class ComputeSettings;
class CurvesView;
class Player;
class RecipePanel;
class RunView;
class SessionDocument;
class StageView;
class StatusLine;
class StepEquationView;
class Theme;

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
    /// What computes, for the status line.
    void setDevice(const QString& device);
    /// Lets a person choose what computes, in the Run menu; the settings must outlive the window.
    void offerCompute(ComputeSettings& settings);
    StageView& stage();

    /// The recipe that was in the window when it was last closed, or the usual one; of the model with this id
    /// if one is named. A recipe whose model is gone becomes one of the first model that can be used. Absent
    /// where there is none and none was named.
    static std::optional<session::Recipe> startingRecipe(const QSettings& settings,
                                                         const QList<ModelEntry>& models,
                                                         const QString& model = {});
    /// Samples it.
    void restoreRecipe(const QString& model = {});
    /// Reads a recipe file into the document. False, with the reason in the banner, where it cannot be read.
    bool openRecipe(const QString& path);
    /// Writes the document's recipe. False, with the reason in the banner, where it cannot be written.
    bool saveRecipe(const QString& path);
    /// Writes the images at the playhead as a PNG sheet. False, with the reason in the banner, where it
    /// cannot.
    bool saveImages(const QString& path);

protected:
    void showEvent(QShowEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void buildDocks();
    QDockWidget* addDock(Qt::DockWidgetArea area, const QString& name, const QString& title,
                         QWidget* content);
    void buildFileMenu();
    void buildEditMenu();
    void buildRunMenu();
    void buildPlaybackMenu();
    void buildViewMenu();
    void buildHelpMenu();
    QAction* addMenuAction(QMenu* menu, const QString& name, const QString& text,
                           const QList<QKeySequence>& keys, const QString& tip);

    void askForRecipe();
    void askWhereToSaveRecipe();
    void askWhereToSaveImages();
    void leaveEnlarged();
    void moveSelection(int delta);
    bool hasUsableModel() const;
    void updateEmptyStage();
    void showTrainingSchedule();
    void restoreLayout();
    void resetLayout();
    void takeUsualSizes();
    void placeEquation();
    void buildEquationActions(QMenu* menu);
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
    StatusLine* m_status = nullptr;
    QMenu* m_runMenu = nullptr;
    QList<QDockWidget*> m_docks;
    QByteArray m_usualLayout;
    bool m_hasUsualSizes = false;  ///< until it is shown: no layout was restored
};

}  // namespace diffuscope::ui
