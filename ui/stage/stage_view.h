// SPDX-License-Identifier: GPL-3.0-or-later
// The stage: one layer of all images at the playhead, in a grid or one enlarged, or all layers of one image.
#pragma once

#include "ui/document/model_entry.h"
#include "ui/stage/image_grid.h"
#include "ui/stage/stage_picture.h"

#include <QWidget>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QStackedLayout;
class QToolButton;

namespace diffuscope::ui {

class LayerBar;
class ScatterCanvas;
class ScaleBar;
class SessionDocument;

/// Follows the document's playhead, layer and selection. A frame is turned into pictures once. Each layer has
/// its own range. Where one image alone is in view, runs sample it first, and it is shown as far as it is.
class StageView : public QWidget
{
    Q_OBJECT

public:
    /// The document must outlive the view.
    explicit StageView(SessionDocument& document, QWidget* parent = nullptr);

    /// For the captions.
    void setModels(const QList<ModelEntry>& models);
    /// What the empty stage says.
    void setEmptyText(const QString& title, const QString& text);

    /// Of the layer that is shown.
    RangeMode rangeMode() const { return m_modes.of(m_coloring.layer); }
    void setRangeMode(RangeMode mode);
    /// The ranges of all layers, for settings; what restoring does not understand it leaves alone.
    QString rangeModes() const { return m_modes.toText(); }
    void restoreRangeModes(const QString& modes);
    const LayerColoring& coloring() const { return m_coloring; }

    /// All ten layers of the selected image (the first where there is none).
    bool showsAllLayers() const { return m_showsAll; }
    void setShowsAllLayers(bool all);
    /// One step back: to the whole picture, to one layer of it, to all images. False where there is none.
    bool goBack();
    /// One image large, or all of them.
    void toggleEnlarged();
    /// Gives the keyboard to the picture.
    void focusPicture();

    ImageGrid& grid() { return *m_grid; }
    ScatterCanvas& scatter() { return *m_scatter; }
    /// The grid that is visible: of images or of layers.
    ImageGrid& visibleGrid() { return m_showsAll ? *m_sheet : *m_grid; }
    /// A pixel that is marked in the images.
    void setMarked(const std::optional<ImagePixel>& pixel);
    /// What is shown as one sheet, magnified by whole pixels; null if there is nothing.
    QImage sheet(int magnification = 4) const;

Q_SIGNALS:
    void coloringChanged(const diffuscope::ui::LayerColoring& coloring);
    void showsAllLayersChanged(bool all);
    /// A pixel of an image of the batch, whichever way it is shown.
    void pixelHovered(const diffuscope::ui::ImagePixel& pixel);
    void pixelLeft();
    /// A right click on it.
    void pixelPinned(const diffuscope::ui::ImagePixel& pixel);

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* buildBars();
    void buildScaleRow(QHBoxLayout* row);
    void connectDocument();
    void connectGrid();
    void connectSheet();

    void takeRun();
    void takeLayer();
    void followRanges();
    void refresh();
    void showLayers();
    bool showsPoints() const;
    void showPoints();
    void describe();
    void updateColoring();
    void updateCaptions();
    void updateReadout();
    int sheetImage() const;
    int imageInView() const;
    void tellImageInView();
    const RunUpdate* firstLook() const;
    LayerColoring coloringOf(record::Layer layer) const;

    SessionDocument& m_document;
    QList<ModelEntry> m_models;
    QStackedLayout* m_pages = nullptr;
    ImageGrid* m_grid = nullptr;
    ImageGrid* m_sheet = nullptr;
    ScatterCanvas* m_scatter = nullptr;
    LayerBar* m_layers = nullptr;
    QComboBox* m_range = nullptr;
    ScaleBar* m_scale = nullptr;
    QLabel* m_readout = nullptr;
    QToolButton* m_enlarge = nullptr;
    LayerRanges* m_ranges = nullptr;

    bool m_showsAll = false;
    LayerModes m_modes;
    LayerColoring m_coloring;
    std::optional<ImagePixel> m_hovered;  ///< of the visible grid's cells
    StagePicture m_images;                ///< one layer of all
    StagePicture m_allLayers;             ///< all layers of one
};

}  // namespace diffuscope::ui
