// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lesson/lesson.h"

#include <cmath>
#include <cstdio>

namespace diffuscope::lesson {

namespace {

/// Four digits at most, and none too many: "999", "0.8762", "1.2e-05".
std::string shortText(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string withAnswer(std::string text, const std::string& answer)
{
    const std::string mark = "{answer}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + answer.size()))
        text.replace(at, mark.size(), answer);
    return text;
}

/// As a person counts and reads it.
std::string figureText(const Question& question, double figure)
{
    if (question.kind == QuestionKind::picture)
        return std::to_string(static_cast<int>(figure) + 1);
    return shortText(figure);
}

}  // namespace

const std::vector<std::string>& lessonControls()
{
    static const std::vector<std::string> ids{
        "model",    "class",    "prompt",   "schedule", "grid",   "steps", "sampler",    "guidance",
        "clipping", "seed",     "batch",    "run",      "layers", "stage", "film-strip", "transport",
        "curves",   "per-step", "equation", "detail",   "path",   "words", "session"};
    return ids;
}

const std::vector<std::string>& lessonDocks()
{
    static const std::vector<std::string> ids{"recipe", "curves", "per-step", "equation",
                                              "detail", "path",   "session",  "words"};
    return ids;
}

int rightChoice(const Question& question, double figure)
{
    for (std::size_t k = 0; k < question.choices.size(); ++k)
        if (figure >= question.choices[k].from && figure < question.choices[k].to)
            return static_cast<int>(k);
    return -1;
}

bool isRight(const Question& question, double figure, double answer)
{
    switch (question.kind) {
        case QuestionKind::choice:
            return rightChoice(question, figure) == static_cast<int>(answer);
        case QuestionKind::picture:
            return figure == answer;
        case QuestionKind::number:
        case QuestionKind::place:
            break;
    }
    const double allowed = question.isRelative ? question.tolerance * std::abs(figure) : question.tolerance;
    return std::isfinite(answer) && std::abs(answer - figure) <= allowed;
}

std::string replyTo(const Question& question, double figure, double answer)
{
    const bool right = isRight(question, figure, answer);
    std::string said = right ? "Right." : "Not quite.";
    if (!right && question.kind == QuestionKind::choice) {
        const auto chosen = static_cast<std::size_t>(answer);
        if (answer >= 0 && chosen < question.choices.size() && !question.choices[chosen].say.empty())
            said += " " + question.choices[chosen].say;
    }
    if (!right)
        for (const UsualError& error : question.errors)
            if (question.kind != QuestionKind::choice && answer >= error.from && answer <= error.to) {
                said += " " + error.say;
                break;
            }
    return said + "\n\n" + withAnswer(question.reveal, figureText(question, figure));
}

}  // namespace diffuscope::lesson
