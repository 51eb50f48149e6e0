// SPDX-License-Identifier: GPL-3.0-or-later
// Draws a noise schedule by hand: the control points of the recipe's schedule as handles over a plot of it.
#pragma once

#include "core/schedule/drawn_edit.h"
#include "ui/plots/noise_curves.h"

#include <QObject>
#include <QPointF>
#include <QString>

#include <memory>
#include <optional>

class QCustomPlot;
class QMenu;

namespace diffuscope::ui {

class CurveHandles;
class SessionDocument;

/// Follows the document's recipe: while its schedule is the drawn one, handles stand on its points in
/// whatever curves the plot shows (but for β, which has no points), and each move edits the recipe, a drag as
/// one undo step. The schedule is known here at once, before a run on it has begun.
class DrawnScheduleEditor : public QObject
{
    Q_OBJECT

public:
    /// The plot becomes the parent; the document must outlive it.
    DrawnScheduleEditor(SessionDocument& document, QCustomPlot& plot);

    /// The schedule the model was trained on; null if it is not known.
    void setTraining(std::shared_ptr<const schedule::NoiseSchedule> training);
    /// What the plot shows.
    void setCurveSet(CurveSet set);

    /// The recipe's schedule is the drawn one.
    bool isDrawing() const { return m_schedule != nullptr; }
    bool isDragging() const;
    /// The drawn schedule; null where another one is in use.
    const std::shared_ptr<const schedule::NoiseSchedule>& schedule() const { return m_schedule; }
    /// The values of the point that is pointed at or has the focus, or else what to do; empty where nothing
    /// is drawn.
    QString hint() const;
    /// Everything that can be done to the schedule; filled whenever it is shown.
    QMenu* menu() const { return m_menu; }

Q_SIGNALS:
    /// Drawing began or ended, the curve changed, or the hand let go of it.
    void changed();
    void drawingBegan();
    void hintChanged();

private:
    void takeRecipe();
    void makeRules();
    void fillMenu(QMenu& menu, int index, std::optional<QPointF> place);
    void showMenu(int index, const QPoint& globalPosition);
    void write(const std::vector<schedule::ControlPoint>& points);
    void startFrom(const schedule::ScheduleSpec& source);
    void startFromTraining();
    void begin();
    void takeBack();

    double valueOf(const schedule::ControlPoint& point) const;
    double drawnValueAt(double plotted) const;
    QString describe(const schedule::ControlPoint& point) const;

    SessionDocument& m_document;
    QCustomPlot& m_plot;
    CurveHandles* m_handles = nullptr;
    QMenu* m_menu = nullptr;
    CurveSet m_set = CurveSet::alphaBar;
    schedule::DrawnSchedule m_drawn;
    std::shared_ptr<const schedule::NoiseSchedule> m_schedule;
    std::shared_ptr<const schedule::NoiseSchedule> m_training;
    int m_attention = -1;
};

}  // namespace diffuscope::ui
