// SPDX-License-Identifier: GPL-3.0-or-later
// Shows a batch of small images magnified pixel by pixel: all of them in a grid, or one of them enlarged.
#pragma once

#include "core/record/image_batch.h"
#include "ui/document/image_pixel.h"
#include "ui/stage/grid_geometry.h"

#include <QImage>
#include <QStringList>
#include <QWidget>

#include <optional>

namespace diffuscope::ui {

/// A grid of images with captions and a selection ring. Magnification is a whole number of device pixels
/// wherever that leaves the images large enough, so that every pixel of the network is equally large. The
/// wheel zooms at the cursor; while zoomed in, dragging moves the picture and a double-click shows all of it
/// again.
class ImageGrid : public QWidget
{
    Q_OBJECT

public:
    explicit ImageGrid(QWidget* parent = nullptr);

    /// The pictures to show, an atlas as renderAtlas() makes it.
    void setImages(const QImage& atlas, const record::BatchShape& shape);
    /// Laid over the images: the cell k·height … of an atlas over image k, whatever its resolution; a null
    /// picture for nothing. The images are grey beneath it, so that its colour is its own.
    void setOverlay(const QImage& atlas);
    /// A caption under each image; none are shown for an empty list.
    void setCaptions(const QStringList& captions);
    const QStringList& captions() const { return m_captions; }
    /// The image with the ring; −1 for none.
    void setSelected(int image);
    int selected() const { return m_selected; }
    /// Why an image is not there, shown in its place; all are there for an empty list.
    void setAbsences(const QStringList& reasons);
    /// Why none of them is there, across the grid; empty where they are.
    void setNotice(const QString& notice);
    /// One tooltip an image.
    void setTips(const QStringList& tips) { m_tips = tips; }
    /// Whether a click enlarges (as it does at first), or only tells.
    void setClickEnlarges(bool enlarges) { m_clickEnlarges = enlarges; }
    /// The pixel with a thin frame in every image.
    void setEcho(const std::optional<QPoint>& pixel);
    /// The pixel with a frame around it; none at first.
    void setMarked(const std::optional<ImagePixel>& pixel);
    void setEnlarged(bool enlarged);
    bool isEnlarged() const { return m_enlarged; }
    /// What is shown while there is no image.
    void setEmptyText(const QString& title, const QString& text);
    void clear();

    bool isZoomed() const { return m_geometry.isZoomed(); }
    double magnification() const { return m_geometry.magnification(); }
    /// Larger or smaller by this factor, about the cursor where it is over the grid, else about the middle.
    void zoomBy(double factor);
    void showAll();

    int imageCount() const { return m_shape.batch; }
    /// The area of image k in this widget; empty where it is not visible.
    QRectF imageRect(int k) const;
    std::optional<ImagePixel> pixelAt(QPointF position) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void imageClicked(int image);
    void enlargeToggled(bool enlarged);
    void selectionMoved(int image);
    void pixelHovered(const diffuscope::ui::ImagePixel& pixel);
    void pixelLeft();
    /// A right click on it.
    void pixelPinned(const diffuscope::ui::ImagePixel& pixel);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void updateLayout();
    void zoomAt(QPointF position, double factor);
    void panBy(QPointF delta);
    void click(QPointF position);
    void showCursor(QPointF position);
    void paintEmpty(QPainter& painter) const;
    void paintCell(QPainter& painter, int k) const;
    void paintAbsence(QPainter& painter, const QRectF& cell, const QString& reason) const;
    void paintCaption(QPainter& painter, const QRectF& line, int k) const;
    /// Where image k's caption stands; empty where there is none.
    QRectF captionRect(int k) const;
    /// All that is painted of image k: with its ring, a mark at its edge, and its caption.
    QRectF cellArea(int k) const;
    void paintNotice(QPainter& painter) const;
    void paintMark(QPainter& painter) const;
    QRectF pixelRect(const ImagePixel& pixel) const;
    int visibleCount() const { return m_enlarged ? 1 : m_shape.batch; }
    void moveSelection(int delta);

    QImage m_atlas;
    QImage m_overlay;
    QImage m_grey;  ///< m_atlas beneath the overlay
    record::BatchShape m_shape;
    QStringList m_captions;
    QStringList m_absences;
    QStringList m_tips;
    QString m_notice;
    int m_selected = -1;
    std::optional<ImagePixel> m_marked;
    std::optional<QPoint> m_echo;
    bool m_enlarged = false;
    bool m_clickEnlarges = true;
    GridGeometry m_geometry;
    std::optional<QPointF> m_pressed;  ///< where, while no more than a click
    std::optional<QPointF> m_dragged;  ///< where the last movement of a drag ended
    QString m_emptyTitle;
    QString m_emptyText;
};

}  // namespace diffuscope::ui
