// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/plot_cursors.h"

#include <utility>

namespace diffuscope::ui {

void PlotCursors::setAxis(FrameAxis axis)
{
    if (std::exchange(m_axis, axis) != axis)
        Q_EMIT axisChanged(axis);
}

void PlotCursors::placeSecond(int frame)
{
    if (m_arrived == 0)
        return;
    const int before = second();
    if (!m_second) {
        m_second.emplace();
        m_second->setExtent(m_arrived, m_planned);
    }
    m_second->choose(frame);
    if (second() != before)
        Q_EMIT secondChanged(second());
}

void PlotCursors::removeSecond()
{
    if (!m_second)
        return;
    m_second.reset();
    Q_EMIT secondChanged(-1);
}

void PlotCursors::setExtent(int arrived, int planned)
{
    const int before = second();
    m_arrived = arrived;
    m_planned = planned;
    if (m_second)
        m_second->setExtent(arrived, planned);
    if (second() != before)
        Q_EMIT secondChanged(second());
}

}  // namespace diffuscope::ui
