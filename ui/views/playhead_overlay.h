// The transparent sheet above a plot on which its playhead is drawn.
#pragma once

#include "ui/views/playhead_line.h"

#include <QWidget>

namespace diffuscope::ui {

/// Lies over the whole plot and lets the mouse through. A change repaints only where the line was and where
/// it is.
class PlayheadOverlay : public QWidget
{
    Q_OBJECT

public:
    explicit PlayheadOverlay(QCustomPlot& plot);

    void place(double key, std::vector<PlayheadPoint> points, std::optional<double> rest);
    void clear();
    bool isShown() const { return m_shown; }
    double key() const { return m_key; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int pixelOf(double key) const;
    /// Where the line at `key` and its points may paint.
    QRect stripAt(double key) const;
    void updateStrips();

    QCustomPlot& m_plot;
    bool m_shown = false;
    double m_key = 0;
    std::optional<double> m_rest;
    std::vector<PlayheadPoint> m_points;
};

}  // namespace diffuscope::ui
