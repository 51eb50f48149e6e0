// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/lessons_command.h"

#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/progress_line.h"
#include "core/base/error.h"
#include "core/lesson/check_lesson.h"
#include "core/lesson/lesson_file.h"
#include "core/model/catalog.h"
#include "core/run/model_run_factory.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::cli {
namespace {

struct LessonsArguments
{
    std::vector<std::string> names;  ///< lessons, files or folders; all that are found where there is none
    bool isChecked = false;
    bool listsFigures = false;
    int seeds = 10;
    int threads = 0;
};

/// What the words name: a folder's lessons, a file, a lesson of that name.
std::vector<lesson::LessonEntry> askedLessons(const std::vector<std::string>& names)
{
    const auto all = lesson::findLessons(lesson::lessonFolders());
    if (names.empty())
        return all;
    std::vector<lesson::LessonEntry> found;
    for (const std::string& name : names) {
        if (std::filesystem::is_directory(name)) {
            const auto inFolder = lesson::findLessons({name});
            found.insert(found.end(), inFolder.begin(), inFolder.end());
            continue;
        }
        if (std::filesystem::exists(name)) {
            const lesson::Lesson read = lesson::readLesson(name);
            found.push_back({.id = read.id, .file = name, .lesson = read});
            continue;
        }
        const auto known = std::ranges::find(all, name, &lesson::LessonEntry::id);
        if (known == all.end())
            throw Error(
                ErrorCode::missingFile, "There is no lesson \"" + name + "\".",
                "\"diffuscope-cli lessons\" lists those there are; a file or a folder may be named too.");
        found.push_back(*known);
    }
    return found;
}

void list(const std::vector<lesson::LessonEntry>& lessons)
{
    for (const lesson::LessonEntry& entry : lessons) {
        if (!entry.lesson) {
            std::fprintf(stderr, "diffuscope-cli: %s\n", entry.problem.c_str());
            continue;
        }
        std::printf("%-22s %s (%d min, %zu steps)\n%-22s %s\n", entry.id.c_str(), entry.lesson->title.c_str(),
                    entry.lesson->minutes, entry.lesson->steps.size(), "", entry.lesson->about.c_str());
    }
}

void listFigures()
{
    for (const lesson::FigureKind& kind : lesson::figureKinds()) {
        std::string keys;
        for (const std::string& name : kind.needed)
            keys += " " + name;
        for (const std::string& name : kind.optional)
            keys += " [" + name + "]";
        if (kind.hasLayer)
            keys += " [layer]";
        if (kind.hasParts)
            keys += " a b";
        std::printf("%-22s %s\n%-22s%s\n", kind.id.c_str(), kind.description.c_str(), "",
                    keys.empty() ? " no keys" : keys.c_str());
    }
}

std::string figuresText(const std::vector<double>& figures)
{
    if (figures.empty())
        return "no figure";
    const auto [least, most] = std::ranges::minmax(figures);
    char text[80];
    if (least == most)
        std::snprintf(text, sizeof text, "%.6g", least);
    else
        std::snprintf(text, sizeof text, "%.6g to %.6g", least, most);
    return text;
}

/// A line for each question; whether all of them hold.
bool check(const lesson::LessonEntry& entry, run::RunFactory& factory, int seeds, const std::stop_token& stop)
{
    if (!entry.lesson) {
        std::printf("%-22s %s\n", entry.id.c_str(), entry.problem.c_str());
        return false;
    }
    ProgressLine line;
    const auto checked = lesson::checkLesson(*entry.lesson, factory, seeds, stop, [&](int step) {
        if (line.isDue())
            line.show(entry.id + ": step " + std::to_string(step + 1) + " of " +
                      std::to_string(entry.lesson->steps.size()));
    });
    bool holds = true;
    for (const lesson::CheckedQuestion& question : checked) {
        std::printf("%-22s step %2d  %-26s %s\n", entry.id.c_str(), question.step + 1,
                    figuresText(question.figures).c_str(),
                    question.problem.empty() ? "ok" : question.problem.c_str());
        holds = holds && question.problem.empty();
    }
    return holds;
}

void runLessons(const LessonsArguments& arguments)
{
    if (arguments.listsFigures)
        return listFigures();
    const auto lessons = askedLessons(arguments.names);
    if (lessons.empty())
        throw Error(ErrorCode::missingFile, "No lessons were found.",
                    "Run this in a checkout, or set DIFFUSCOPE_LESSONS to a folder of lessons.");
    if (!arguments.isChecked)
        return list(lessons);
    const StopOnInterruption interruption;
    run::RunLimits limits;
    limits.threads = arguments.threads;
    run::ModelRunFactory factory(model::modelFolders(), limits);
    bool allHold = true;
    for (const lesson::LessonEntry& entry : lessons)
        allHold = check(entry, factory, arguments.seeds, interruption.token()) && allHold;
    if (!allHold)
        throw CLI::RuntimeError(1);
}

}  // namespace

void addLessonsCommand(CLI::App& program)
{
    constexpr int mostSeeds = 1000, mostThreads = 256;
    auto* command = program.add_subcommand("lessons", "List the lessons, or check their answers");
    auto arguments = std::make_shared<LessonsArguments>();
    command->add_option("lesson", arguments->names, "Lessons, files or folders; all where none is named");
    command->add_flag(
        "--check", arguments->isChecked,
        "Run every step and compute every answer; the exit status is 1 where one does not hold");
    command->add_option("--seeds", arguments->seeds, "With --check: so many seeds for each question")
        ->check(CLI::Range(1, mostSeeds))
        ->capture_default_str();
    command->add_option("--threads", arguments->threads, "Threads; 0: one a core")
        ->check(CLI::Range(0, mostThreads))
        ->capture_default_str();
    command->add_flag("--figures", arguments->listsFigures, "List the figures that a question can ask for");
    command->callback([arguments] {
        try {
            runLessons(*arguments);
        } catch (const Cancelled&) {
            throw CLI::RuntimeError(interruptedExit);
        }
    });
}

}  // namespace diffuscope::cli
