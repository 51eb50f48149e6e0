#include "ui/document/recipe_command.h"

#include "ui/document/recipe_difference.h"

#include <utility>

namespace diffuscope::ui {

RecipeCommand::RecipeCommand(session::Recipe before, session::Recipe after, Apply apply,
                             std::chrono::milliseconds mergeWindow, int gesture)
    : m_before(std::move(before)),
      m_after(std::move(after)),
      m_apply(std::move(apply)),
      m_mergeWindow(mergeWindow),
      m_gesture(gesture),
      m_parts(differingParts(m_before, m_after))
{
    setText(editName(m_parts));
}

bool RecipeCommand::mergeWith(const QUndoCommand* other)
{
    // Commands of this id are all of this type.
    const auto& newer = static_cast<const RecipeCommand&>(*other);
    const bool isQuick = newer.m_lastEdit - m_lastEdit < m_mergeWindow && newer.m_parts == m_parts;
    if (newer.m_gesture != m_gesture || (m_gesture == 0 && !isQuick))
        return false;
    m_after = newer.m_after;
    m_lastEdit = newer.m_lastEdit;
    setObsolete(m_after == m_before);
    return true;
}

}  // namespace diffuscope::ui
