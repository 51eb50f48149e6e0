// SPDX-License-Identifier: GPL-3.0-or-later
// A window with a grid of runs: two fields of the recipe against each other, sampled in the background.
#pragma once

#include "ui/experiments/recipe_batch.h"
#include "ui/experiments/recipe_grid.h"

#include <QDialog>
#include <QImage>

#include <optional>

class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;

namespace diffuscope::ui {

class BackgroundRuns;
class GridCanvas;
class SessionDocument;
class ValueListEdit;

class GridWindow : public QDialog
{
    Q_OBJECT

public:
    static constexpr int mostValues = 12;

    /// Document and background must outlive it.
    GridWindow(SessionDocument& document, BackgroundRuns& background, QWidget* parent = nullptr);

    /// Begins to sample; false, with the reason in the window, where a value cannot be.
    bool start();
    void cancel() { m_batch.cancel(); }
    /// Cells whose result is there.
    int finishedCells() const;
    bool isSampling() const { return m_batch.isSampling(); }
    /// What it costs: runs, evaluations, seconds; or what is wrong with the values.
    QString costText() const;
    /// The whole grid with its labels.
    QImage sheet() const;
    /// Writes it as a PNG that holds the recipe that the cells were made from. False, with the reason in the
    /// window, where it cannot be written.
    bool saveSheet(const QString& path);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    struct Cell
    {
        recipe::Recipe recipe;
        QImage picture{};
        QString problem{};
        int evaluations = 0;
        double totalMs = 0;
    };

    struct Direction
    {
        QComboBox* field = nullptr;
        ValueListEdit* values = nullptr;
    };

    void build();
    Direction addDirection(QGridLayout* form, int row, const QString& text, const char* name,
                           GridField field);
    QWidget* buildButtons();
    static GridAxis axisOf(const Direction& direction);
    std::optional<std::vector<recipe::Recipe>> recipes(QString& problem) const;
    void showCost();
    void showTimeTaken();
    void showCell(int cell);
    void takeResult(int cell, const RunUpdate& update);
    void takeFailure(int cell, const QString& message);
    void openCell(int cell);
    void askWhereToSaveSheet();
    void updateButtons();

    SessionDocument& m_document;
    RecipeBatch m_batch;
    Direction m_acrossInput;
    Direction m_downInput;
    QLabel* m_cost = nullptr;
    QLabel* m_detail = nullptr;
    QPushButton* m_open = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_save = nullptr;
    GridCanvas* m_canvas = nullptr;
    recipe::Recipe m_base;  ///< that the cells were made from
    GridAxis m_across;
    GridAxis m_down;
    std::vector<Cell> m_cells;
};

}  // namespace diffuscope::ui
