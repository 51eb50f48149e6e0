// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/frame_plot.h"

#include "ui/document/session_document.h"
#include "ui/plots/playhead_link.h"
#include "ui/theme/plot_library.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

FramePlot::FramePlot(SessionDocument& document, QCustomPlot& plot, Points points)
    : QObject(&plot),
      m_document(document),
      m_plot(plot),
      m_points(std::move(points)),
      m_line(new PlayheadLine(plot))
{
    linkPlayhead(*m_line, document,
                 [this](double key) { return m_keys.nearest(key, m_document.trajectory().size()); });
    connect(&document, &SessionDocument::trajectoryChanged, this, &FramePlot::takeRun);
    connect(&document, &SessionDocument::playheadChanged, this, &FramePlot::moveCursors);
    connect(&document.cursors(), &PlotCursors::secondChanged, this, &FramePlot::moveCursors);
    connect(&document.cursors(), &PlotCursors::axisChanged, this, &FramePlot::takeRun);
    takeRun();
}

void FramePlot::takeRun()
{
    FrameKeys keys(m_document.cursors().axis(), m_document.shownRun());
    const FrameKeys before = std::exchange(m_keys, std::move(keys));
    const int arrived = m_document.trajectory().size();
    bool haveMoved = before.axis() != m_keys.axis() || before.size() < arrived;
    for (int frame = 0; frame < arrived && !haveMoved; ++frame)
        haveMoved = before.key(frame) != m_keys.key(frame);
    if (!(before == m_keys))
        showAxis();
    if (haveMoved)
        Q_EMIT keysChanged();
    moveCursors();
}

void FramePlot::showAxis()
{
    static const QStringList labels{tr("step"), tr("training time t"), tr("log-SNR"),
                                    tr("network evaluations so far")};
    QCPAxis* axis = m_plot.xAxis;
    axis->setLabel(labels.at(int(m_keys.axis())));
    const bool counts = m_keys.axis() == FrameAxis::step || m_keys.axis() == FrameAxis::evaluations;
    if (counts) {
        auto ticker = QSharedPointer<QCPAxisTickerFixed>::create();
        ticker->setTickStep(1);
        ticker->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
        axis->setTicker(ticker);
    } else {
        auto ticker = QSharedPointer<QCPAxisTicker>::create();
        ticker->setTickCount(5);
        axis->setTicker(ticker);
    }
    axis->setSubTicks(false);
    if (m_keys.empty())
        return;
    const double left = std::min(m_keys.first(), m_keys.last());
    const double right = std::max(m_keys.first(), m_keys.last());
    const double margin = counts ? 0.5 : std::max(0.02 * (right - left), 1e-6);
    axis->setRangeReversed(m_keys.last() < m_keys.first());
    axis->setRange(left - margin, std::max(right, left + (counts ? 1 : 1e-6)) + margin);
    m_plot.replot(QCustomPlot::rpQueuedReplot);
}

void FramePlot::moveCursors()
{
    const int second = m_document.cursors().second();
    if (second >= 0 && second < m_keys.size())
        m_line->moveSecondTo(key(second), m_points(second));
    else
        m_line->hideSecond();
    const int frame = m_document.playhead();
    if (frame < 0 || frame >= m_keys.size())
        return m_line->hide();
    std::optional<double> rest;
    const int committed = m_document.committedFrame();
    if (m_document.isPreviewing() && committed >= 0 && committed < m_keys.size())
        rest = key(committed);
    m_line->moveTo(key(frame), m_points(frame), rest);
}

}  // namespace diffuscope::ui
