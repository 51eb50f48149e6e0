// SPDX-License-Identifier: GPL-3.0-or-later
// Reads lessons from files, which nobody trusts: strictly, and nothing in them is executed. No torch in here.
#pragma once

#include "core/lesson/lesson.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::lesson {

/// The lesson in a JSON text (see docs/lessons.md); `id` is its name. Throws Error(invalidOption): one
/// sentence with the line and column of what is no JSON, and otherwise the path of the key: an unknown key,
/// control, layer or figure, a recipe that cannot be, a text that is too long or holds markup, a question
/// without a right answer.
Lesson lessonFromJson(const std::string& text, const std::string& id);

/// One file of a lesson folder.
struct LessonEntry
{
    std::string id;
    std::filesystem::path file;
    std::optional<Lesson> lesson{};  ///< absent where the file is no lesson
    std::string problem{};           ///< then the reason, one sentence
};

/// Where lessons are looked for, those that exist: `chosen`, those of $DIFFUSCOPE_LESSONS (parted by ':'),
/// resources/lessons of the source tree where the program runs from a build tree, share/diffuscope/lessons of
/// the prefix it is installed in.
std::vector<std::filesystem::path> lessonFolders(const std::filesystem::path& chosen = {});

/// Every *.json file of the folders, by name; of two with one name that of the earlier folder. Never throws
/// for what is in a file: a broken lesson is an entry with a problem. "01-restorer.json" has the id
/// "restorer": a number in front orders the lessons.
std::vector<LessonEntry> findLessons(const std::vector<std::filesystem::path>& folders);

/// Reads one file. Throws Error(missingFile) as well.
Lesson readLesson(const std::filesystem::path& file);

}  // namespace diffuscope::lesson
