// The stage: the images at the playhead, in a grid or one enlarged, with the choice of what is shown of them.
#pragma once

#include "core/record/trajectory.h"
#include "ui/panels/model_entry.h"
#include "ui/views/image_grid.h"
#include "ui/views/image_renderer.h"

#include <QWidget>

class QButtonGroup;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace diffuscope::ui {

class SessionDocument;

/// Follows the document's playhead, layer and selection. A frame is turned into pictures once.
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

    RangeMode rangeMode() const { return m_rangeMode; }
    void setRangeMode(RangeMode mode);
    ImageGrid& grid() { return *m_grid; }
    /// All images of the frame at the playhead as one sheet, magnified by whole pixels; null if there is
    /// none.
    QImage sheet(int magnification = 4) const;

    /// What a layer is called ("x̂₀", "the estimate of the clean image").
    static QString layerSymbol(record::Layer layer);
    static QString layerName(record::Layer layer);
    /// Those that can be chosen, in the order of their keys 1, 2, …
    static const std::vector<record::Layer>& layers();

Q_SIGNALS:
    void rangeModeChanged(diffuscope::ui::RangeMode mode);

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildBar();
    void buildLayerButtons(QHBoxLayout* row);
    void buildRangeBox(QHBoxLayout* row);
    void connectGrid();
    void refresh();
    void updateCaptions();
    void updateReadout();
    void showLayer(record::Layer layer);

    SessionDocument& m_document;
    QList<ModelEntry> m_models;
    ImageGrid* m_grid = nullptr;
    QButtonGroup* m_layers = nullptr;
    QComboBox* m_range = nullptr;
    QLabel* m_readout = nullptr;
    QToolButton* m_enlarge = nullptr;

    RangeMode m_rangeMode = RangeMode::data;
    std::optional<ImagePixel> m_hovered;

    // What the grid shows, so that nothing is rendered twice.
    record::FramePtr m_renderedFrame;
    record::Layer m_renderedLayer = record::Layer::xt;
    RangeMode m_renderedRange = RangeMode::data;
    record::ImageBatch m_values;
    QImage m_atlas;
};

}  // namespace diffuscope::ui

Q_DECLARE_METATYPE(diffuscope::ui::RangeMode)
