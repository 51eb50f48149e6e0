// SPDX-License-Identifier: GPL-3.0-or-later
// Samples of the plane as points, of a line as a histogram: what the stage draws of models of points.
#pragma once

#include "core/record/image_batch.h"

#include <QImage>
#include <QPixmap>
#include <QWidget>

#include <vector>

class QToolButton;

namespace diffuscope::ui {

/// Of a field over what is in view: densities of a regular grid from −reach to reach, row by row from the
/// bottom (on a line one row), and arrows with their tails and directions in units of the data.
struct FieldPicture
{
    double reachX = 0, reachY = 0;
    int columns = 0, rows = 0;
    std::vector<double> density{};
    struct Arrow
    {
        QPointF tail;
        QPointF direction;
    };
    std::vector<Arrow> arrows{};
};

/// Coordinates are drawn to one scale in both directions, about the origin. The scale grows with what is
/// shown and does not shrink until forgetScale(), so that points do not seem to move because the view does.
class ScatterCanvas : public QWidget
{
    Q_OBJECT

public:
    explicit ScatterCanvas(QWidget* parent = nullptr);

    /// Samples [N, d, 1, 1] with d = 1 or 2, and the class of each, −1 for none.
    void setPoints(const record::ImageBatch& points, std::vector<int> classes);
    /// Why there are none; empty where there are.
    void setNotice(const QString& notice);
    void forgetScale();
    /// The sample with the ring; −1 for none.
    void setSelected(int sample);
    int sampleCount() const { return m_points.shape.batch; }
    bool isLine() const { return m_points.shape.channels == 1; }

    /// Half of what fits into the shorter side, in units of the data.
    double reach() const { return m_reach; }
    /// Where a sample stands in this widget.
    QPointF positionOf(int sample) const;
    /// The sample next to a place, within a few pixels; −1 where there is none.
    int sampleAt(QPointF position) const;

    double pixelsPerUnit() const;

    /// Buttons for what is known exactly, at the top; without them nothing of it is shown.
    void offerOverlays(bool areThere);
    bool showsDensity() const;
    bool showsScore() const;
    /// What is drawn beneath the points; an empty one takes it away.
    void setField(FieldPicture field);
    bool hasField() const { return !m_field.density.empty(); }
    /// One line at the bottom, of the place under the pointer.
    void setReadout(const QString& text);
    const QString& readout() const { return m_readout; }

    QSize sizeHint() const override { return {480, 360}; }
    QSize minimumSizeHint() const override { return {120, 90}; }

Q_SIGNALS:
    void sampleHovered(int sample);
    void sampleLeft();
    void sampleClicked(int sample);
    /// Density or score was switched on or off.
    void overlaysChanged();
    /// Other places are in view.
    void reachChanged();
    /// In units of the data.
    void placeHovered(const QPointF& place);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QPointF toPixels(double x, double y) const;
    QColor colorOf(int label) const;
    /// Round dots, one a colour of the theme, drawn once.
    const QPixmap& dot(int label) const;
    void paintAxes(QPainter& painter) const;
    void paintPoints(QPainter& painter) const;
    void paintHistogram(QPainter& painter) const;
    void paintDensity(QPainter& painter) const;
    void paintArrows(QPainter& painter) const;
    void paintCurve(QPainter& painter, double floor, double top, double most) const;
    void paintReadout(QPainter& painter) const;
    void placeButtons();
    QToolButton* overlayButton(const QString& text, const char* name, const QString& tip);

    record::ImageBatch m_points;
    std::vector<int> m_classes;
    double m_reach = 0;
    int m_selected = -1;
    QString m_notice;
    QToolButton* m_density = nullptr;
    QToolButton* m_score = nullptr;
    FieldPicture m_field;
    QString m_readout;
    mutable QImage m_densityPicture;      ///< null until it is wanted
    mutable std::vector<QPixmap> m_dots;  ///< by colour; empty until they are wanted
};

}  // namespace diffuscope::ui
