// SPDX-License-Identifier: GPL-3.0-or-later
// Where the cells of a grid of small images lie: magnified pixel by pixel, zoomed and moved as a whole.
#pragma once

#include <QPoint>
#include <QRectF>
#include <QSize>

namespace diffuscope::ui {

/// Positions and sizes that go in and out are in the widget's pixels; magnification is in device pixels an
/// image pixel, a whole number wherever that leaves the images large enough.
class GridGeometry
{
public:
    static constexpr int marginPx = 16;
    static constexpr double mostMagnification = 160;

    struct Space
    {
        QSize size;         ///< of the widget
        double ratio = 1;   ///< device pixels a pixel
        int captionPx = 0;  ///< under each image; 0 for none
        bool operator==(const Space&) const = default;
    };

    /// Lays out `count` images of this size: in the number of columns that gives the largest magnification,
    /// and of those that give the same the one that leaves the fewest places empty. The zoom stays where it
    /// can.
    void arrange(int count, QSize image, const Space& space);

    int columns() const { return m_columns; }
    double magnification() const { return m_magnification; }
    int captionPx() const { return m_space.captionPx; }
    /// The image at this place, without its caption.
    QRectF cell(int place) const;

    bool isZoomed() const { return m_magnification > m_fitting; }
    /// Larger (factor > 1) or smaller; what is at `position` stays there. Never smaller than all of it.
    void zoomAt(QPointF position, double factor);
    void panBy(QPointF delta);
    /// All of it again.
    void fit();

private:
    void findFitting();
    void keepInside();
    QSizeF extent() const;

    int m_count = 0;
    QSize m_image;
    Space m_space;
    int m_columns = 1;
    int m_gap = 0;
    double m_fitting = 1;  ///< the magnification that shows everything
    double m_magnification = 1;
    QPointF m_origin;  ///< of the first cell, in device pixels
};

}  // namespace diffuscope::ui
