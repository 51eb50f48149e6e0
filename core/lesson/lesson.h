// SPDX-License-Identifier: GPL-3.0-or-later
// A lesson as a plain value: steps of text, a recipe, a view of it, and questions whose answers are computed
// from the run. No torch in here.
#pragma once

#include "core/lesson/figure.h"
#include "core/recipe/recipe.h"
#include "core/record/frame.h"

#include <optional>
#include <string>
#include <vector>

namespace diffuscope::lesson {

enum class QuestionKind {
    choice,   ///< one of a few sentences
    number,   ///< typed in
    place,    ///< a frame of the run: where the playhead stands
    picture,  ///< an image of the batch: the one that is selected
};

/// One of several answers. It is right where the computed figure lies in [from, to).
struct Choice
{
    std::string text;
    double from = 0;
    double to = 0;
    std::string say{};  ///< to whom chose it wrongly; may be empty
};

/// What is said to a usual wrong answer in [from, to].
struct UsualError
{
    double from = 0;
    double to = 0;
    std::string say;
};

struct Question
{
    QuestionKind kind = QuestionKind::choice;
    std::string ask;
    Figure answer;
    std::vector<Choice> choices{};
    /// Number, place: how far from the figure counts as right; of a number as a share of it where
    /// `isRelative`.
    double tolerance = 0;
    bool isRelative = false;
    /// In which the figure lies whatever the seed; checked, never shown.
    std::optional<double> least{};
    std::optional<double> most{};
    std::vector<UsualError> errors{};
    /// Said after the answer; "{answer}" stands for the figure.
    std::string reveal;
};

/// How the step is looked at; what is left out stays as it is.
struct View
{
    std::optional<record::Layer> layer{};
    std::optional<int> frame{};  ///< counted from the end where negative: −1 is the result
    std::optional<int> image{};  ///< selected; −1 for none
    std::optional<bool> isEnlarged{};
    std::optional<bool> showsAllLayers{};
    std::vector<std::string> docks{};  ///< brought to the front: ids of lessonDocks()
    std::string curve{};               ///< as ViewState::curve()
};

struct Step
{
    std::string title;
    std::string text;       ///< paragraphs, parted by empty lines
    recipe::Recipe recipe;  ///< whole: what the step changes is put into that of the step before
    std::optional<recipe::Recipe> compared{};  ///< a second run, shown beside the first
    View view{};
    std::vector<std::string> highlight{};            ///< ids of lessonControls()
    std::optional<std::vector<std::string>> free{};  ///< controls that may be moved; all where left out
    std::optional<Question> question{};
};

struct Lesson
{
    std::string id;  ///< the file's name without its ending
    std::string title;
    std::string about;  ///< one sentence
    int minutes = 8;
    std::string missing{};  ///< what the program cannot show yet, said at the start; empty where nothing is
    std::vector<Step> steps;
};

/// What a lesson can point at and free, in the order of the window.
const std::vector<std::string>& lessonControls();
/// The docks that it can bring to the front.
const std::vector<std::string>& lessonDocks();

/// The place in `question.choices` of the right one, of a figure; −1 where it lies in none.
int rightChoice(const Question& question, double figure);

/// Whether an answer (the place of a choice, a number, a frame, an image) is right, of a figure.
bool isRight(const Question& question, double figure, double answer);

/// What is said of an answer: feedback on a usual error where it is one, then the reveal with the figure.
std::string replyTo(const Question& question, double figure, double answer);

}  // namespace diffuscope::lesson
