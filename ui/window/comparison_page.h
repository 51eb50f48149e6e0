// SPDX-License-Identifier: GPL-3.0-or-later
// Comparing runs in the window: the page that takes the place of the run, and the two windows that sample
// many runs.
#pragma once

#include "ui/document/model_entry.h"
#include "ui/engine/run_update.h"

#include <QImage>
#include <QList>
#include <QObject>

#include <optional>
#include <vector>

class QMenu;
class QStackedWidget;

namespace diffuscope::ui {

class ActionRegistry;
class CompareView;
class Comparison;
class ErrorWindow;
class GridWindow;
class ModelsWindow;
class PathPlot;
class Player;
class SessionDocument;
class SessionKeeper;
class SessionPanel;

class ComparisonPage : public QObject
{
    Q_OBJECT

public:
    /// All of it must outlive this; the first page is the run.
    struct Parts
    {
        QStackedWidget& pages;
        SessionDocument& document;
        Player& player;
        SessionKeeper& keeper;
        SessionPanel& session;
        PathPlot& path;
    };

    explicit ComparisonPage(const Parts& parts);

    /// To the menu of the session.
    void addActions(QMenu& menu, ActionRegistry& actions);
    /// The models to set side by side.
    void setModels(const QList<ModelEntry>& models);
    bool isShown() const;
    /// What is compared, as it is drawn.
    QImage picture() const;
    void compareRuns(const std::vector<int>& runs);
    /// The state of a run that is compared; absent where it is not.
    std::optional<RunUpdate> updateOf(int run) const;
    /// Back to the run; false where it is shown already.
    bool leave();

private:
    void compareWithTwiceTheSteps();
    void showGrid();
    void showErrors();
    void showModels();

    Parts m_parts;
    Comparison* m_comparison = nullptr;
    CompareView* m_view = nullptr;
    GridWindow* m_gridWindow = nullptr;
    ErrorWindow* m_errorWindow = nullptr;
    ModelsWindow* m_modelsWindow = nullptr;
    QList<ModelEntry> m_models;
};

}  // namespace diffuscope::ui
