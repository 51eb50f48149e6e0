// SPDX-License-Identifier: GPL-3.0-or-later
// Plays a lesson without a window: runs its recipes, computes its answers, and says what does not hold. No
// torch in here.
#pragma once

#include "core/lesson/lesson.h"
#include "core/run/run.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace diffuscope::lesson {

/// One question, over all seeds.
struct CheckedQuestion
{
    int step = 0;
    std::vector<double> figures{};  ///< one a seed
    std::string problem{};          ///< one sentence; empty where it holds
};

/// Runs every step's recipe with its own seed and the `seeds` − 1 next ones where it has a question, and
/// otherwise once. A choice must have one right sentence, the same for all seeds; figures must lie within the
/// question's least and most; an answer equal to the figure must be right. Steps whose recipe cannot be run
/// are problems too. onProgress(step) is called before each step. Throws Cancelled.
std::vector<CheckedQuestion> checkLesson(const Lesson& lesson, run::RunFactory& factory, int seeds,
                                         const std::stop_token& stop = {},
                                         const std::function<void(int step)>& onProgress = {});

}  // namespace diffuscope::lesson
