// A window with a grid of runs: two fields of the recipe against each other, sampled in the background.
#pragma once

#include "ui/engine/run_update.h"
#include "ui/panels/recipe_grid.h"

#include <QDialog>
#include <QImage>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace diffuscope::ui {

class BackgroundRuns;
class GridCanvas;
class SessionDocument;

class GridWindow : public QDialog
{
    Q_OBJECT

public:
    static constexpr int mostValues = 12;

    /// Document and background must outlive it.
    GridWindow(SessionDocument& document, BackgroundRuns& background, QWidget* parent = nullptr);

    /// Begins to sample; false, with the reason in the window, where a value cannot be.
    bool start();
    void cancel();
    /// Cells whose result is there.
    int finishedCells() const;
    bool isSampling() const { return m_isSampling; }
    /// What it costs: runs, evaluations, seconds; or what is wrong with the values.
    QString costText() const;
    /// The whole grid with its labels.
    QImage sheet() const;

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    struct Cell
    {
        session::Recipe recipe;
        QImage picture{};
        QString problem{};
    };

    void build();
    GridAxis axisOf(const QComboBox* field, const QLineEdit* values) const;
    void showCost();
    void takeResult(const RunUpdate& update);
    void takeFailure(const session::RunPlan& plan, const QString& message);
    void finishIfDone();
    void openCell(int cell);
    void saveSheet();
    void updateButtons();

    SessionDocument& m_document;
    BackgroundRuns& m_background;
    QComboBox* m_acrossField = nullptr;
    QLineEdit* m_acrossValues = nullptr;
    QComboBox* m_downField = nullptr;
    QLineEdit* m_downValues = nullptr;
    QLabel* m_cost = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_save = nullptr;
    GridCanvas* m_canvas = nullptr;
    GridAxis m_across;
    GridAxis m_down;
    std::vector<Cell> m_cells;
    bool m_isSampling = false;
};

/// Paints the grid; a click on a cell, or Return on the one with the frame, is its choice.
class GridCanvas : public QWidget
{
    Q_OBJECT

public:
    explicit GridCanvas(QWidget* parent = nullptr);

    void setGrid(const QStringList& columns, const QStringList& rows);
    void setPicture(int cell, const QImage& picture, const QString& problem);
    void paintSheet(QPainter& painter, const QRect& area) const;
    QSize sheetSize() const;
    QSize sizeHint() const override { return {760, 520}; }
    QSize minimumSizeHint() const override { return {320, 220}; }

Q_SIGNALS:
    void cellChosen(int cell);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRect cellRect(const QRect& area, int cell) const;

    QStringList m_columns;
    QStringList m_rows;
    std::vector<QImage> m_pictures;
    std::vector<QString> m_problems;
    int m_current = 0;
};

}  // namespace diffuscope::ui
