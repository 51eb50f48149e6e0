// Shows a batch of small images magnified pixel by pixel: all of them in a grid, or one of them enlarged.
#pragma once

#include "core/record/image_batch.h"

#include <QImage>
#include <QStringList>
#include <QWidget>

#include <optional>

namespace diffuscope::ui {

/// A pixel of an image of the batch.
struct ImagePixel
{
    int image = 0;
    int x = 0;
    int y = 0;
    bool operator==(const ImagePixel&) const = default;
};

/// A grid of images with captions and a selection ring. Magnification is a whole number of device pixels
/// wherever that leaves the images large enough, so that every pixel of the network is equally large.
class ImageGrid : public QWidget
{
    Q_OBJECT

public:
    explicit ImageGrid(QWidget* parent = nullptr);

    /// The pictures to show, an atlas as renderAtlas() makes it.
    void setImages(const QImage& atlas, const record::BatchShape& shape);
    /// A caption under each image; none are shown for an empty list.
    void setCaptions(const QStringList& captions);
    const QStringList& captions() const { return m_captions; }
    /// The image with the ring; −1 for none.
    void setSelected(int image);
    int selected() const { return m_selected; }
    /// The pixel with a frame around it; none at first.
    void setMarked(const std::optional<ImagePixel>& pixel);
    void setEnlarged(bool enlarged);
    bool isEnlarged() const { return m_enlarged; }
    /// What is shown while there is no image.
    void setEmptyText(const QString& title, const QString& text);
    void clear();

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
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    /// Cells of `columns` columns, all of one size, in device pixels.
    struct Layout
    {
        int columns = 1;
        double magnification = 1;
        int gap = 0;
        int captionHeight = 0;
        QPoint origin;
    };
    Layout layoutFor(int count) const;
    void updateLayout();
    void paintEmpty(QPainter& painter) const;
    void paintCell(QPainter& painter, int k) const;
    void paintMark(QPainter& painter) const;
    int visibleCount() const { return m_enlarged ? 1 : m_shape.batch; }
    void moveSelection(int delta);

    QImage m_atlas;
    record::BatchShape m_shape;
    QStringList m_captions;
    int m_selected = -1;
    std::optional<ImagePixel> m_marked;
    bool m_enlarged = false;
    Layout m_layout;
    QString m_emptyTitle;
    QString m_emptyText;
};

}  // namespace diffuscope::ui
