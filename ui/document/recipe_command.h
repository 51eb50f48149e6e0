// One undoable edit of the recipe; quick edits of the same part are one.
#pragma once

#include "core/session/recipe.h"

#include <QUndoCommand>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace diffuscope::ui {

class RecipeCommand : public QUndoCommand
{
public:
    using Clock = std::chrono::steady_clock;
    using Apply = std::function<void(const session::Recipe&)>;

    /// `apply` makes a recipe the current one. Edits of the same parts that follow within `mergeWindow` of
    /// each other become one, and so do all edits of one gesture (a number other than 0), however long it
    /// takes; edits that lead back to where they began vanish.
    RecipeCommand(session::Recipe before, session::Recipe after, Apply apply,
                  std::chrono::milliseconds mergeWindow, int gesture = 0);

    void undo() override { m_apply(m_before); }
    void redo() override { m_apply(m_after); }
    int id() const override { return 1; }
    bool mergeWith(const QUndoCommand* other) override;

private:
    session::Recipe m_before;
    session::Recipe m_after;
    Apply m_apply;
    std::chrono::milliseconds m_mergeWindow;
    int m_gesture;
    std::vector<std::string> m_parts;
    Clock::time_point m_lastEdit = Clock::now();
};

}  // namespace diffuscope::ui
