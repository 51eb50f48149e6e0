// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/view_state.h"

#include <utility>

namespace diffuscope::ui {

void ViewState::setRanges(const QString& ranges)
{
    if (std::exchange(m_ranges, ranges) == ranges)
        return;
    Q_EMIT rangesChanged(ranges);
    Q_EMIT changed();
}

void ViewState::setEnlarged(bool enlarged)
{
    if (std::exchange(m_isEnlarged, enlarged) == enlarged)
        return;
    Q_EMIT enlargedChanged(enlarged);
    Q_EMIT changed();
}

void ViewState::setShowsAllLayers(bool all)
{
    if (std::exchange(m_showsAllLayers, all) == all)
        return;
    Q_EMIT showsAllLayersChanged(all);
    Q_EMIT changed();
}

void ViewState::setOpenDocks(const QStringList& ids)
{
    if (std::exchange(m_openDocks, ids) == ids)
        return;
    Q_EMIT openDocksChanged(ids);
    Q_EMIT changed();
}

void ViewState::setCurve(const QString& id)
{
    if (std::exchange(m_curve, id) == id)
        return;
    Q_EMIT curveChanged(id);
    Q_EMIT changed();
}

void ViewState::setLesson(const QString& id, int step)
{
    const bool isSame = std::exchange(m_lesson, id) == id;
    if (std::exchange(m_lessonStep, step) == step && isSame)
        return;
    Q_EMIT lessonChanged(id, step);
    Q_EMIT changed();
}

}  // namespace diffuscope::ui
