// A window with the error of samplers against what they cost: how far each one's result is from a reference
// of many steps, over the network evaluations spent.
#pragma once

#include "ui/engine/run_update.h"
#include "ui/panels/recipe_grid.h"

#include <QDialog>

class QCustomPlot;
class QLabel;
class QLineEdit;
class QPushButton;

namespace diffuscope::ui {

class BackgroundRuns;
class SessionDocument;

class ErrorWindow : public QDialog
{
    Q_OBJECT

public:
    static constexpr int mostSamplers = 8;
    static constexpr int mostStepCounts = 12;

    /// One result; the error is the root mean square over all images.
    struct Point
    {
        session::Recipe recipe;
        int sampler = 0;  ///< its place in the list
        int evaluations = 0;
        std::optional<double> error{};
        QString problem{};
    };

    /// Document and background must outlive it.
    ErrorWindow(SessionDocument& document, BackgroundRuns& background, QWidget* parent = nullptr);

    /// False, with the reason in the window, where a value cannot be.
    bool start();
    void cancel();
    bool isSampling() const { return m_isSampling; }
    const std::vector<Point>& points() const { return m_points; }
    QString costText() const;
    /// A line for each point that is known: sampler, steps, evaluations, error; numbers with a point.
    QString table() const;

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void build();
    std::vector<session::Recipe> recipes() const;
    session::Recipe reference() const;
    QLineEdit* addField(int row, const QString& text, const char* name, const QString& values,
                        const QString& tip);
    void showCost();
    void takeResult(const RunUpdate& update);
    void takeFailure(const session::RunPlan& plan, const QString& message);
    void finishIfDone();
    void plotAgain();
    void saveTable();
    void updateButtons();

    SessionDocument& m_document;
    BackgroundRuns& m_background;
    QLineEdit* m_samplers = nullptr;
    QLineEdit* m_steps = nullptr;
    QLineEdit* m_reference = nullptr;
    QLabel* m_cost = nullptr;
    QCustomPlot* m_plot = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_save = nullptr;
    QStringList m_names;  ///< of the samplers that are plotted
    session::Recipe m_referenceRecipe;
    record::FramePtr m_referenceResult;
    std::vector<Point> m_points;
    std::vector<RunUpdate> m_waiting;  ///< results that came before the reference's
    bool m_isSampling = false;
};

}  // namespace diffuscope::ui
