// SPDX-License-Identifier: GPL-3.0-or-later
// The path plot: how the images of the shown run, and of runs it is compared with, travel through the plane
// in which they spread the most.
#pragma once

#include "ui/engine/run_update.h"

#include <QWidget>

#include <optional>
#include <vector>

class QButtonGroup;
class QCustomPlot;
class QLabel;
class QStackedLayout;

namespace diffuscope::ui {

class PathOverlay;
class PathSeries;
class SessionDocument;

/// One line an image, with a dot a frame. Hovering a dot previews its frame, a click goes there and selects
/// the image; the playhead is a filled dot on every line, cursor B a hollow one. Worked out while it is
/// visible.
class PathPlot : public QWidget
{
    Q_OBJECT

public:
    /// The document must outlive the view.
    explicit PathPlot(SessionDocument& document, QWidget* parent = nullptr);

    /// Finished runs to be seen in the same plane, each in a colour of its own.
    void setComparedRuns(const std::vector<RunUpdate>& runs);

    record::Layer layer() const { return m_layer; }
    /// xt or x0Hat.
    void setLayer(record::Layer layer);

    const PathSeries& series() const { return *m_series; }
    /// Where a frame of an image of the shown run is in the plot; absent where it is not drawn.
    std::optional<QPointF> positionOf(int frame, int image) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    bool eventFilter(QObject* watched, QEvent* event) override;

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Dot
    {
        int frame = 0;
        int image = 0;
    };

    QWidget* makeBar();
    void makePlot();
    void follow();
    void plotAgain();
    void restyle();
    void fitAxes();
    void moveCursors();
    bool handleMouse(QEvent* event);
    /// The dot of the shown run nearest to a position, within reach.
    std::optional<Dot> dotAt(QPointF position) const;
    std::vector<QPointF> dotsOf(int frame) const;

    SessionDocument& m_document;
    std::vector<RunUpdate> m_compared;
    record::Layer m_layer;
    PathSeries* m_series = nullptr;
    QStackedLayout* m_pages = nullptr;
    QButtonGroup* m_layers = nullptr;
    QLabel* m_text = nullptr;
    QCustomPlot* m_plot = nullptr;
    PathOverlay* m_overlay = nullptr;
    bool m_isPreviewing = false;
    QSize m_fittedSize;  ///< of the axes when they were fitted last
};

}  // namespace diffuscope::ui
