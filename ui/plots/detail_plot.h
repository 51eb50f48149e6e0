// SPDX-License-Identifier: GPL-3.0-or-later
// How the clean estimate turns from coarse structure to fine detail over the steps, and how near it is to the
// result.
#pragma once

#include "core/measure/frame_detail.h"
#include "ui/engine/background_frames.h"

#include <QWidget>

#include <array>
#include <vector>

class QCPGraph;
class QCustomPlot;
class QStackedLayout;

namespace diffuscope::ui {

class FramePlot;
struct PlayheadPoint;
class SeriesSwitch;
class SessionDocument;

/// Stacked areas of the shares of energy of x̂₀ by spatial frequency, the coarsest at the bottom, and its PSNR
/// to the result (once there is one) on the right axis. Of the picked image, or of evenly spaced ones. Worked
/// out in the background, while the plot is visible.
class DetailPlot : public QWidget
{
    Q_OBJECT

public:
    /// The document must outlive the view.
    explicit DetailPlot(SessionDocument& document, QWidget* parent = nullptr);

    /// Everything that can be known of the frames so far is plotted.
    bool isUpToDate() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void showEvent(QShowEvent* event) override;

private:
    static constexpr int bandCount = measure::frequencyBands;

    void makePlot();
    QWidget* makeReadouts();
    void follow();
    void plotAgain();
    void restyle();
    void showValues();
    std::vector<PlayheadPoint> pointsAt(int frame) const;
    /// NaN where it is not known.
    double share(int frame, int band) const;
    double distance(int frame) const;

    SessionDocument& m_document;
    std::uint64_t m_run = 0;
    std::vector<int> m_images;
    int m_given = 0;
    bool m_hasResult = false;

    QStackedLayout* m_pages = nullptr;
    QCustomPlot* m_plot = nullptr;
    FramePlot* m_frames = nullptr;
    std::array<QCPGraph*, bandCount> m_bandGraphs{};
    QCPGraph* m_distanceGraph = nullptr;
    std::array<SeriesSwitch*, bandCount> m_bandCells{};
    SeriesSwitch* m_distanceSwitch = nullptr;

    // Last, so that their threads end first.
    BackgroundFrames<std::optional<measure::BandEnergy>> m_bands;
    BackgroundFrames<std::optional<double>> m_distances;
};

}  // namespace diffuscope::ui
