// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/playhead.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

void Playhead::setExtent(int arrived, int planned)
{
    m_arrived = arrived;
    m_planned = std::max(planned, arrived);
}

int Playhead::shown() const
{
    if (!m_preview || m_arrived == 0)
        return chosen();
    return std::clamp(*m_preview, 0, m_arrived - 1);
}

int Playhead::chosen() const
{
    const int place = int(std::lround(m_place * double(m_planned - 1)));
    return std::min(place, m_arrived - 1);
}

void Playhead::choose(int frame)
{
    if (m_arrived == 0)
        return;
    const int nearest = std::clamp(frame, 0, m_arrived - 1);
    m_place = nearest == m_arrived - 1 ? 1.0 : double(nearest) / double(m_planned - 1);
}

void Playhead::hold(int frame)
{
    if (m_planned > 1)
        m_place = std::clamp(double(frame) / double(m_planned - 1), 0.0, 1.0);
}

}  // namespace diffuscope::ui
