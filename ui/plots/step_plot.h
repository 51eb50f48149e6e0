// SPDX-License-Identifier: GPL-3.0-or-later
// The per-step plot: how far the clean estimate moves, how large the noise estimate and the guidance are, and
// how long each step takes, with the playhead among them.
#pragma once

#include "core/record/step_quantities.h"

#include <QWidget>

#include <array>
#include <vector>

class QCPAxis;
class QCPGraph;
class QCustomPlot;
class QLabel;
class QStackedLayout;

namespace diffuscope::ui {

class FramePlot;
struct PlayheadPoint;
class SeriesSwitch;
class SessionDocument;
class StepSeries;

/// What can be plotted over the steps.
enum class StepQuantity {
    x0HatChange,         ///< RMS of the change of x0Hat
    epsHat,              ///< RMS of epsHat
    guidanceDifference,  ///< RMS of epsConditional − epsUnconditional
    networkMs,
    totalMs,
};

/// Grows as frames of the document's shown run arrive. Norms are of the picked image, or of up to about
/// twenty evenly spaced images. Hovering previews a step, clicking and dragging commit it, with Ctrl they put
/// cursor B; ←/→ (Shift: ten), Home and End move the playhead.
class StepPlot : public QWidget
{
    Q_OBJECT

public:
    static constexpr int quantityCount = 5;

    /// The document must outlive the view.
    explicit StepPlot(SessionDocument& document, QWidget* parent = nullptr);

    bool shows(StepQuantity quantity) const;
    void setShown(StepQuantity quantity, bool shown);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void shownChanged(diffuscope::ui::StepQuantity quantity, bool shown);

private:
    QWidget* makeSwitches();
    void makePlot();

    void takeRun();
    void clearGraphs();
    void appendPoints();
    void rescale();
    void restyle();
    void showValues();
    void showSubject();
    int stepOf(int frame) const;
    double value(int frame, int quantity) const;
    std::vector<PlayheadPoint> pointsAt(int frame) const;
    QCPAxis* axisOf(int quantity) const;

    SessionDocument& m_document;
    StepSeries* m_series = nullptr;
    int m_plotted = 0;  ///< entries of the series that the graphs hold

    QStackedLayout* m_pages = nullptr;
    QCustomPlot* m_plot = nullptr;
    FramePlot* m_frames = nullptr;
    std::array<SeriesSwitch*, quantityCount> m_switches{};
    std::array<QCPGraph*, quantityCount> m_graphs{};
};

}  // namespace diffuscope::ui
