// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/session_command.h"

#include <utility>

namespace diffuscope::ui {

SessionCommand::SessionCommand(const QString& text, SessionState before, SessionState after, Apply apply,
                               EditMerge merge)
    : QUndoCommand(text),
      m_before(std::move(before)),
      m_after(std::move(after)),
      m_apply(std::move(apply)),
      m_merge(std::move(merge))
{
}

bool SessionCommand::mergeWith(const QUndoCommand* other)
{
    // Commands of this id are all of this type.
    const auto& newer = static_cast<const SessionCommand&>(*other);
    const bool isOfSameRun = newer.m_before == m_after && newer.m_after.current == m_after.current;
    if (m_merge.parts.empty() || newer.m_merge.parts.empty() || !isOfSameRun)
        return false;
    const bool isQuick =
        newer.m_lastEdit - m_lastEdit < m_merge.window && newer.m_merge.parts == m_merge.parts;
    if (newer.m_merge.gesture != m_merge.gesture || (m_merge.gesture == 0 && !isQuick))
        return false;
    m_after = newer.m_after;
    m_lastEdit = newer.m_lastEdit;
    setObsolete(m_after == m_before);
    return true;
}

}  // namespace diffuscope::ui
