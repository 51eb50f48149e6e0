// SPDX-License-Identifier: GPL-3.0-or-later
// The transparent sheet above the path plot: where the cursors are on each line.
#pragma once

#include <QWidget>

#include <vector>

class QCustomPlot;

namespace diffuscope::ui {

/// Lets the mouse through; a change repaints only where dots were and are.
class PathOverlay : public QWidget
{
    Q_OBJECT

public:
    explicit PathOverlay(QCustomPlot& plot);

    struct Marks
    {
        std::vector<QPointF> first;   ///< at the playhead
        std::vector<QPointF> second;  ///< at cursor B
        int selected = -1;            ///< of these, the one with a ring; −1 for none
        bool operator==(const Marks&) const = default;
    };
    /// In pixels of the plot.
    void setMarks(const Marks& marks);
    const Marks& marks() const { return m_marks; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void updateMarks();
    QPixmap dot(const QColor& fill, const QColor& line, qreal radius) const;

    QCustomPlot& m_plot;
    Marks m_marks;
};

}  // namespace diffuscope::ui
