// SPDX-License-Identifier: GPL-3.0-or-later
// What is in the window, the recipe, how one looks at it and where one is in a lesson, as one short line of
// text: a `diffuscope:` link that can be mailed, put on a slide, or read aloud by another program.
#pragma once

#include "core/recipe/run_plan.h"
#include "core/session/session_file.h"

#include <optional>
#include <string>

namespace diffuscope::session {

/// A place in a lesson, by the lesson's id.
struct LessonPlace
{
    std::string lesson{};
    int step = 0;  ///< from 0

    bool operator==(const LessonPlace&) const = default;
};

struct SharedState
{
    recipe::RunPlan plan{};
    /// Of it a link carries place, selected image, layer, enlarged, all layers, ranges, curve and docks;
    /// absent in a link that is a recipe alone.
    std::optional<ViewState> view{};
    std::optional<LessonPlace> lesson{};

    bool operator==(const SharedState&) const = default;
};

/// A link has at most this many characters.
constexpr std::size_t longestLink = 8192;

/// Whether the text claims to be a link: it begins with "diffuscope:", in whatever case, after white space.
bool looksLikeLink(const std::string& text);

/// "diffuscope:" and, in base64url (RFC 4648, section 5), without padding, the zlib stream (RFC 1950) of the
/// state as compact JSON. Throws Error(invalidOption) for a state that a link cannot hold: one that needs
/// pictures or a model by its path, one longer than longestLink, or a number that is not finite.
std::string linkOf(const SharedState& state);

/// The state of a link that anybody may have made: white space in it is passed over, as mail programs break
/// lines, and the scheme may be missing. It is read as data and nothing else: texts that name files, folders
/// or addresses are refused, as is everything that linkOf() does not write, each with Error(invalidOption).
SharedState stateOfLink(const std::string& link);

/// The state as JSON, for people.
std::string toJson(const SharedState& state, int indent = 2);

}  // namespace diffuscope::session
