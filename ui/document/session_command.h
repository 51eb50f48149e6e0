// SPDX-License-Identifier: GPL-3.0-or-later
// One undoable edit of the session: of a recipe, or of the tree of runs.
#pragma once

#include "core/session/session_tree.h"

#include <QUndoCommand>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace diffuscope::ui {

/// What undo goes back to.
struct SessionState
{
    session::Session session;
    int current = 0;  ///< the id of the run that is edited

    bool operator==(const SessionState&) const = default;
};

/// Which edits become one: those of the same parts of a run that follow within `window` of each other, and
/// all of one gesture (a number other than 0), however long it takes. None do without parts.
struct EditMerge
{
    std::vector<std::string> parts{};
    std::chrono::milliseconds window{0};
    int gesture = 0;
};

class SessionCommand : public QUndoCommand
{
public:
    using Clock = std::chrono::steady_clock;
    using Apply = std::function<void(const SessionState&)>;

    /// `apply` makes a state the current one. Edits that lead back to where they began vanish.
    SessionCommand(const QString& text, SessionState before, SessionState after, Apply apply,
                   EditMerge merge = {});

    void undo() override { m_apply(m_before); }
    void redo() override { m_apply(m_after); }
    int id() const override { return 1; }
    bool mergeWith(const QUndoCommand* other) override;

private:
    SessionState m_before;
    SessionState m_after;
    Apply m_apply;
    EditMerge m_merge;
    Clock::time_point m_lastEdit = Clock::now();
};

}  // namespace diffuscope::ui
