// SPDX-License-Identifier: GPL-3.0-or-later
// The transparent sheet above a plot on which its playhead is drawn.
#pragma once

#include "ui/plots/playhead_line.h"

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
    void placeSecond(double key, std::vector<PlayheadPoint> points);
    void clearSecond();
    std::optional<double> secondKey() const { return m_second; }
    bool isShown() const { return m_shown; }
    double key() const { return m_key; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int pixelOf(double key) const;
    /// Where the line at `key` and its points may paint.
    QRect stripAt(double key) const;
    void updateStrips();
    void paintSecond(QPainter& painter) const;
    void paintPoints(QPainter& painter, const std::vector<PlayheadPoint>& points, bool isFilled) const;
    void paintLetter(QPainter& painter, int x, const QString& letter) const;

    QCustomPlot& m_plot;
    bool m_shown = false;
    double m_key = 0;
    std::optional<double> m_rest;
    std::vector<PlayheadPoint> m_points;
    std::optional<double> m_second;
    std::vector<PlayheadPoint> m_secondPoints;
};

}  // namespace diffuscope::ui
