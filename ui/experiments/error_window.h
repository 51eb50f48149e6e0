// SPDX-License-Identifier: GPL-3.0-or-later
// A window with the error of samplers against what they cost: how far each one's result is from a reference
// of many steps, over the network evaluations spent.
#pragma once

#include "ui/experiments/recipe_batch.h"
#include "ui/experiments/recipe_grid.h"

#include <QDialog>

#include <optional>

class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace diffuscope::ui {

class BackgroundRuns;
class ErrorPlot;
class SessionDocument;
class ValueListEdit;

class ErrorWindow : public QDialog
{
    Q_OBJECT

public:
    static constexpr int mostSamplers = 8;
    static constexpr int mostStepCounts = 12;

    /// One result; the error is the root mean square over all images.
    struct Point
    {
        recipe::Recipe recipe;
        int sampler = 0;  ///< its place in the list
        int evaluations = 0;
        record::FramePtr result{};
        std::optional<double> error{};
        QString problem{};
    };

    /// Document and background must outlive it.
    ErrorWindow(SessionDocument& document, BackgroundRuns& background, QWidget* parent = nullptr);

    /// False, with the reason in the window, where a value cannot be.
    bool start();
    void cancel() { m_batch.cancel(); }
    bool isSampling() const { return m_batch.isSampling(); }
    const std::vector<Point>& points() const { return m_points; }
    QString costText() const;
    /// A line for each point that is known: sampler, steps, evaluations, error; numbers with a point.
    QString table() const;
    /// Writes the table (.csv) or the plot (.png, with the recipe that its runs were made from). False, with
    /// the reason in the window, where it cannot be written.
    bool saveTo(const QString& path);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void build();
    void addRow(QGridLayout* form, int row, const QString& text, QWidget* field);
    QWidget* buildButtons();
    std::vector<recipe::Recipe> recipes() const;
    recipe::Recipe reference() const;
    std::optional<std::vector<recipe::Recipe>> allRecipes(QString& problem) const;
    void showCost();
    void takeResult(int index, const RunUpdate& update);
    void takeFailure(int index, const QString& message);
    void measure();
    void plotAgain();
    void askWhereToSave(const QString& name, const QString& filter);
    void updateButtons();

    SessionDocument& m_document;
    RecipeBatch m_batch;
    ValueListEdit* m_samplers = nullptr;
    ValueListEdit* m_steps = nullptr;
    QLineEdit* m_reference = nullptr;
    QLabel* m_cost = nullptr;
    ErrorPlot* m_plot = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_saveTable = nullptr;
    QPushButton* m_savePlot = nullptr;
    recipe::Recipe m_base;  ///< that the runs were made from
    QString m_title;        ///< what all of them have in common
    QStringList m_names;    ///< of the samplers that are plotted
    record::FramePtr m_referenceResult;
    std::vector<Point> m_points;
};

}  // namespace diffuscope::ui
