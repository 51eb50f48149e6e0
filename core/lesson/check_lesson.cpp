// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lesson/check_lesson.h"

#include <algorithm>
#include <memory>

namespace diffuscope::lesson {

namespace {

/// A run that was made to its end, with what reads it.
struct FinishedRun
{
    recipe::Recipe recipe;
    std::unique_ptr<run::Run> run;
    explain::RunReader reader;

    LessonRun view() const { return {reader, run->schedule(), recipe}; }
};

FinishedRun finishedRun(run::RunFactory& factory, const recipe::Recipe& recipe, const std::stop_token& stop)
{
    std::unique_ptr<run::Run> run = factory.start(recipe);
    auto trajectory = std::make_shared<record::Trajectory>();
    trajectory->plannedFrames = run->grid().steps() + 1;
    while (record::FramePtr frame = run->advance(stop))
        trajectory->frames.push_back(std::move(frame));
    explain::RunFacts facts{.trajectory = trajectory,
                            .terms = std::make_shared<const std::vector<samplers::StepTerms>>(run->terms()),
                            .sampler = recipe.sampler,
                            .seed = recipe.seed};
    return {recipe, std::move(run), explain::RunReader(std::move(facts))};
}

double figureOfSeed(const Step& step, run::RunFactory& factory, std::uint64_t more,
                    const std::stop_token& stop)
{
    recipe::Recipe recipe = step.recipe;
    recipe.seed += more;
    const FinishedRun main = finishedRun(factory, recipe, stop);
    if (!step.compared)
        return step.question ? figureOf(step.question->answer, main.view()) : 0;
    recipe::Recipe other = *step.compared;
    other.seed += more;
    const FinishedRun compared = finishedRun(factory, other, stop);
    const LessonRun beside = compared.view();
    return step.question ? figureOf(step.question->answer, main.view(), &beside) : 0;
}

std::string problemOf(const Question& question, const std::vector<double>& figures)
{
    for (const double figure : figures) {
        const std::string text = std::to_string(figure);
        if ((question.least && figure < *question.least) || (question.most && figure > *question.most))
            return "The answer " + text + " is not within what the lesson expects.";
        const bool isChoice = question.kind == QuestionKind::choice;
        if (isChoice && rightChoice(question, figure) < 0)
            return "None of the choices is right: the figure is " + text + ".";
        if (isChoice && rightChoice(question, figure) != rightChoice(question, figures.front()))
            return "Which choice is right depends on the seed: " + std::to_string(figures.front()) + ", " +
                   text + ".";
        if (!isChoice && !isRight(question, figure, figure))
            return "The right answer " + text + " would not count as right.";
    }
    return {};
}

}  // namespace

std::vector<CheckedQuestion> checkLesson(const Lesson& lesson, run::RunFactory& factory, int seeds,
                                         const std::stop_token& stop,
                                         const std::function<void(int step)>& onProgress)
{
    std::vector<CheckedQuestion> checked;
    for (int k = 0; k < static_cast<int>(lesson.steps.size()); ++k) {
        const Step& step = lesson.steps[static_cast<std::size_t>(k)];
        if (onProgress)
            onProgress(k);
        CheckedQuestion question{.step = k};
        try {
            const int wanted = step.question ? std::max(1, seeds) : 1;
            for (int more = 0; more < wanted; ++more)
                question.figures.push_back(
                    figureOfSeed(step, factory, static_cast<std::uint64_t>(more), stop));
            if (step.question)
                question.problem = problemOf(*step.question, question.figures);
        } catch (const Error& error) {
            question.problem = error.what();
        }
        if (step.question || !question.problem.empty())
            checked.push_back(std::move(question));
    }
    return checked;
}

}  // namespace diffuscope::lesson
