// SPDX-License-Identifier: GPL-3.0-or-later
// The frames of a run side by side, for one image of the batch: hovering previews a frame, a click goes to
// it.
#pragma once

#include "ui/engine/run_update.h"
#include "ui/widgets/layer_ranges.h"

#include <QAbstractScrollArea>

#include <memory>
#include <unordered_map>

namespace diffuscope::ui {

/// Thumbnails are made for the visible frames only, so that a thousand frames cost what a screenful does.
/// While a new run of as many frames arrives, the frames still to come show the previous run's thumbnails
/// faintly.
class FilmStrip : public QAbstractScrollArea
{
    Q_OBJECT

public:
    explicit FilmStrip(QWidget* parent = nullptr);

    void setRun(const RunUpdate& run);
    void setImage(int image);
    /// Which layer is shown, and in which colours.
    void setColoring(const LayerColoring& coloring);
    /// The frame that was gone to and the one that is shown (they differ while hovering); −1 for none. Going
    /// to a frame brings it into view.
    void setPlayhead(int committed, int shown);

    /// The area of a frame's thumbnail in the viewport.
    QRect frameRect(int frame) const;
    /// The frame at a position of the viewport that has arrived, or −1.
    int frameAt(QPoint position) const;

    /// How many thumbnails have been made of what is shown.
    int thumbnailCount() const { return int(m_thumbnails.size()); }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void frameHovered(int frame);
    void hoverEnded();
    void frameClicked(int frame);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    struct Thumbnail
    {
        std::weak_ptr<const record::Frame> frame;
        QImage image;  ///< null where the frame has no such layer
    };

    int slotWidth() const { return m_thumbnailSize.width() + gapPx; }
    void forgetThumbnails();
    void updateLayout();
    void bringIntoView(int frame);
    const QImage& thumbnail(int index);
    void paintFrame(QPainter& painter, int index);
    void setHovered(int frame);

    static constexpr int gapPx = 4;
    static constexpr int marginPx = 8;

    const record::Trajectory& trajectory() const { return *m_run.trajectory; }

    RunUpdate m_run;
    std::unordered_map<int, Thumbnail> m_thumbnails;
    record::BatchShape m_shape;
    QSize m_thumbnailSize{56, 56};
    int m_image = 0;
    LayerColoring m_coloring;
    int m_committed = -1;
    int m_shown = -1;
    int m_hovered = -1;
};

}  // namespace diffuscope::ui
