// SPDX-License-Identifier: GPL-3.0-or-later
// The curves dock: the noise schedule over training time, the times that are visited, and the playhead among
// them.
#pragma once

#include "ui/plots/noise_curves.h"

#include <QWidget>

#include <array>
#include <memory>

class QCPGraph;
class QCPLegend;
class QCustomPlot;
class QLabel;
class QStackedLayout;

namespace diffuscope::ui {

class CurveTabs;
class DrawnScheduleEditor;
class LevelReadouts;
class PlayheadLine;
struct PlayheadPoint;
class SessionDocument;
class VisitedTicks;

/// Shows the schedule and grid of the document's shown run, one CurveSet at a time. Hovering previews the
/// nearest frame, clicking and dragging commit it (with Ctrl: put cursor B); ←/→ (Shift: ten), Home and End
/// move it. A schedule that is drawn by hand has handles on its curve.
class CurvesView : public QWidget
{
    Q_OBJECT

public:
    /// The document must outlive the view.
    explicit CurvesView(SessionDocument& document, QWidget* parent = nullptr);

    /// The schedule the model was trained on: drawn grey where the run uses another one. Null if it is not
    /// known.
    void setTrainingSchedule(std::shared_ptr<const schedule::NoiseSchedule> schedule);

    CurveSet curveSet() const;
    void setCurveSet(CurveSet set);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

private:
    static constexpr int mostCurves = 2;

    void makePlot();
    QLabel* makeHint();

    void takeRun();
    void takeDrawing();
    void rebuildCurves();
    void rebuildLegend(CurveSet set);
    void rescale(CurveSet set);
    void restyle();
    void movePlayhead();
    std::vector<PlayheadPoint> pointsAt(const schedule::NoiseLevel& level) const;

    /// The schedule whose curve is shown: the drawn one before a run on it has begun, else that of the run.
    const std::shared_ptr<const schedule::NoiseSchedule>& shownSchedule() const;
    bool showsTraining() const;
    QString curveName(CurveSet set, int curve) const;
    /// Where a level stands on the axis: the clean one a little left of 0.
    double keyOf(const schedule::NoiseLevel& level) const;
    int nearestFrame(double key) const;

    SessionDocument& m_document;
    std::shared_ptr<const schedule::NoiseSchedule> m_schedule;
    std::shared_ptr<const schedule::TimeGrid> m_grid;
    std::shared_ptr<const schedule::NoiseSchedule> m_training;

    QStackedLayout* m_pages = nullptr;
    CurveTabs* m_tabs = nullptr;
    QCustomPlot* m_plot = nullptr;
    PlayheadLine* m_playhead = nullptr;
    VisitedTicks* m_ticks = nullptr;
    QCPLegend* m_legend = nullptr;
    std::array<QCPGraph*, mostCurves> m_trainingGraphs{};
    std::array<QCPGraph*, mostCurves> m_graphs{};
    std::array<QCPGraph*, mostCurves> m_visitedGraphs{};

    DrawnScheduleEditor* m_drawing = nullptr;
    QLabel* m_hint = nullptr;
    LevelReadouts* m_readouts = nullptr;
};

}  // namespace diffuscope::ui
