// SPDX-License-Identifier: GPL-3.0-or-later
// "sweep PLAN.json": writes the job file. "sweep join": the table, the sheet and the plots of its results.
#include "app/cli/sweep_command.h"

#include "app/cli/commands.h"
#include "app/cli/text_layout.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/exports/picture.h"
#include "core/sweep/job.h"
#include "core/sweep/measures.h"
#include "core/sweep/table_pictures.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace diffuscope::cli {
namespace {

struct JoinArguments
{
    SweepFiles files;
    std::string table, sheet, plots, x;
    std::vector<std::string> means;
    sweep::SheetOptions sheetOptions;
};

std::string readPlanText(const std::string& path)
{
    if (path == "-")
        return {std::istreambuf_iterator<char>(std::cin), {}};
    std::ifstream file(path, std::ios::binary);
    if (!file || std::filesystem::is_directory(path))
        throw Error(ErrorCode::missingFile, "The plan " + path + " cannot be read.",
                    "Give a JSON file with \"version\" and \"vary\", or - for the standard input.");
    return {std::istreambuf_iterator<char>(file), {}};
}

void writeJobs(const std::string& planPath, const std::string& out)
{
    const sweep::SweepPlan plan = sweep::planFromJson(readPlanText(planPath));
    const std::string lines = sweep::jobLines(plan);
    if (out.empty()) {
        if (std::fwrite(lines.data(), 1, lines.size(), stdout) != lines.size() || std::fflush(stdout) != 0)
            throw Error(ErrorCode::writeFailed, "The jobs could not be written to the standard output.",
                        "Check that the disk has room.");
    } else {
        base::writeFileAtomically(out, lines);
    }
    std::fprintf(stderr, "%llu runs\n", static_cast<unsigned long long>(plan.runs()));
}

std::string lowerSuffix(const std::string& path)
{
    std::string suffix = std::filesystem::path(path).extension().string();
    std::ranges::transform(suffix, suffix.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return suffix;
}

/// Refused before any work is done.
void checkSuffix(const std::string& path, const std::string& first, const std::string& second)
{
    const std::string suffix = lowerSuffix(path);
    if (!path.empty() && suffix != first && suffix != second)
        throw Error(ErrorCode::invalidOption,
                    path + " does not end with " + first + (second.empty() ? "" : " or " + second) + ".",
                    "Name it so.");
}

void printBest(const sweep::Table& table)
{
    for (const sweep::Best& best : sweep::bestOf(table)) {
        const auto column = std::ranges::find(table.measures, best.measure) - table.measures.begin();
        const sweep::TableRow& row = table.rows[best.row];
        std::printf("best %-16s %-10s %s%s\n", best.measure.c_str(),
                    formatted(*row.values[std::size_t(column)], 6).c_str(),
                    sweep::labelOf(table, row).c_str(),
                    best.ties > 0 ? (" (and " + std::to_string(best.ties) + " more)").c_str() : "");
    }
}

void join(const JoinArguments& arguments)
{
    checkSuffix(arguments.table, ".csv", ".json");
    checkSuffix(arguments.sheet, ".png", "");
    checkSuffix(arguments.plots, ".svg", ".pdf");
    const std::vector<sweep::Job> jobs = sweep::readJobs(arguments.files.jobs);
    const sweep::Results results = resultsOf(arguments.files);
    const sweep::Table all = sweep::tableOf(jobs, results);
    const sweep::Table table = arguments.means.empty() ? all : sweep::groupedOver(all, arguments.means);
    const auto countOf = [&](const char* state) {
        return std::ranges::count(all.rows, std::string(state), &sweep::TableRow::state);
    };
    std::printf("%zu runs: %td done, %td failed, %td not done\n", all.rows.size(), countOf("done"),
                countOf("failed"), countOf("missing"));
    for (const sweep::TableRow& row : all.rows)
        if (row.state == "failed")
            std::printf("line %d failed: %s\n", row.line, row.problem.c_str());
    for (const std::string& note : all.notes)
        std::printf("note: %s\n", note.c_str());
    printBest(table);
    if (!arguments.table.empty())
        base::writeFileAtomically(arguments.table, lowerSuffix(arguments.table) == ".json"
                                                       ? sweep::jsonOf(table)
                                                       : sweep::csvOf(table));
    if (!arguments.sheet.empty())
        exports::writePicture(arguments.sheet,
                              exports::pictureOf(sweep::resultSheet(jobs, results, arguments.sheetOptions)),
                              {jobs.front().recipe, {}});
    if (!arguments.plots.empty())
        base::writeFileAtomically(
            arguments.plots, sweep::resultPlots(table, arguments.x, lowerSuffix(arguments.plots) == ".pdf",
                                                std::filesystem::path(arguments.files.jobs).stem().string()));
}

}  // namespace

void addSweepFiles(CLI::App& command, SweepFiles& files)
{
    command.add_option("jobs", files.jobs, "Job file that \"sweep PLAN.json\" wrote")
        ->type_name("JOBS.jsonl")
        ->required();
    command.add_option("--results", files.results, "Folder of the results; default: JOBS.results")
        ->type_name("FOLDER");
}

sweep::Results resultsOf(const SweepFiles& files)
{
    return sweep::Results(files.results.empty() ? sweep::Results::folderOf(files.jobs)
                                                : std::filesystem::path(files.results));
}

std::vector<int> parsedLines(const std::string& text)
{
    const auto refuse = [&] {
        throw Error(ErrorCode::invalidOption, "\"" + text.substr(0, 60) + "\" names no lines.",
                    "Give numbers from 1 on: 3, 1-10 or 1-10,15.");
    };
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    const auto number = [&] {
        int value = 0;
        const auto [next, error] = std::from_chars(at, end, value);
        if (error != std::errc() || value < 1 || std::uint64_t(value) > sweep::mostRuns)
            refuse();
        at = next;
        return value;
    };
    std::vector<int> lines;
    do {
        const int first = number();
        int last = first;
        if (at != end && *at == '-') {
            ++at;
            last = number();
        }
        if (last < first)
            refuse();
        for (int line = first; line <= last; ++line)
            lines.push_back(line);
    } while (at != end && *at++ == ',' && lines.size() <= sweep::mostRuns);
    if (at != end)
        refuse();
    std::ranges::sort(lines);
    lines.erase(std::ranges::unique(lines).begin(), lines.end());
    return lines;
}

void addSweepJoinCommand(CLI::App& sweep)
{
    auto* command = sweep.add_subcommand("join", "Put the results side by side");
    auto arguments = std::make_shared<JoinArguments>();
    addSweepFiles(*command, arguments->files);
    command->add_option("--table", arguments->table, "Table to write, a row a run")
        ->type_name("FILE.csv|.json");
    command->add_option("--sheet", arguments->sheet, "Picture to write, of runs that kept images")
        ->type_name("FILE.png");
    command->add_option("--plots", arguments->plots, "Plots to write, one a measure")
        ->type_name("FILE.svg|.pdf");
    command
        ->add_option("--mean", arguments->means,
                     "Field over which means are taken, such as seed; may be given again")
        ->type_name("FIELD")
        ->take_all()
        ->allow_extra_args(false);
    command
        ->add_option("--x", arguments->x,
                     "Field or measure on the plots' x axis; default: the first with numbers")
        ->type_name("NAME");
    command
        ->add_option("--columns", arguments->sheetOptions.columns,
                     "Field of the sheet's columns; default: the last")
        ->type_name("FIELD");
    command->add_option("--images", arguments->sheetOptions.images, "Images of each run in the sheet")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 64))
        ->default_str("1");
    command->add_option("--zoom", arguments->sheetOptions.zoom, "Width of an image's pixel in the sheet")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 8))
        ->default_str("2");
    command->callback([arguments] { join(*arguments); });
}

void addSweepCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("sweep", "Run many recipes: plan, run, join, submit, status");
    auto plan = std::make_shared<std::string>();
    auto out = std::make_shared<std::string>();
    command->add_option("plan", *plan, "Plan to write the job file of, - for the standard input")
        ->type_name("PLAN.json");
    command->add_option("--out", *out, "Job file to write; default: the standard output")
        ->type_name("JOBS.jsonl");
    command->require_subcommand(0, 1);
    addSweepRunCommand(*command);
    addSweepJoinCommand(*command);
    addSweepEngineCommands(*command);
    std::string ids;
    for (const std::string& id : sweep::measureIds())
        ids += (ids.empty() ? "" : ", ") + id;
    command->footer("A plan measures any of: " + ids + ".\nSee docs/sweeps.md.");
    command->callback([command, plan, out] {
        if (!command->get_subcommands().empty())
            return;
        if (plan->empty())
            throw Error(ErrorCode::invalidOption, "There is no plan.",
                        "Give one: diffuscope-cli sweep PLAN.json > jobs.jsonl");
        writeJobs(*plan, *out);
    });
}

}  // namespace diffuscope::cli
