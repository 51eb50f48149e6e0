// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/step_series.h"

#include <QElapsedTimer>

namespace diffuscope::ui {

StepSeries::StepSeries(QObject* parent) : QObject(parent)
{
    m_nextSlice.setSingleShot(true);
    connect(&m_nextSlice, &QTimer::timeout, this, &StepSeries::computeSlice);
}

void StepSeries::follow(std::uint64_t run, std::shared_ptr<const record::Trajectory> trajectory,
                        int selectedImage)
{
    const auto shape = trajectory->frames.empty() ? record::BatchShape{} : trajectory->frames.front()->shape;
    std::vector<int> images = record::figureImages(shape, selectedImage);
    const bool isSame = run == m_run && images == m_images && trajectory->size() >= int(m_quantities.size());
    m_trajectory = std::move(trajectory);
    m_run = run;
    m_images = std::move(images);
    if (!isSame) {
        m_quantities.clear();
        Q_EMIT restarted();
    }
    if (!m_nextSlice.isActive() && !isUpToDate())
        computeSlice();
}

void StepSeries::computeSlice()
{
    QElapsedTimer timer;
    timer.start();
    bool hasGrown = false;
    while (!isUpToDate() && !(hasGrown && timer.elapsed() >= sliceMs)) {
        const std::size_t next = m_quantities.size();
        const record::Frame* previous = next > 0 ? m_trajectory->frames[next - 1].get() : nullptr;
        m_quantities.push_back(record::stepQuantities(*m_trajectory->frames[next], previous, m_images));
        ++m_framesComputed;
        hasGrown = true;
    }
    if (!isUpToDate())
        m_nextSlice.start(0);
    if (hasGrown)
        Q_EMIT grew();
}

}  // namespace diffuscope::ui
