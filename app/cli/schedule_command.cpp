// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/registry_view.h"
#include "app/cli/text_layout.h"
#include "core/base/atomic_file.h"
#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

namespace diffuscope::cli {
namespace {

using base::EntryKind;
using schedule::NoiseLevel;
using schedule::NoiseSchedule;
using schedule::TimeGrid;

using Row = std::vector<double>;

/// What the two commands print: named columns of numbers.
struct Table
{
    std::vector<std::string> columns;
    std::vector<Row> rows;
};

struct TableArguments
{
    std::string name;
    std::vector<std::string> options;
    std::optional<int> levels;  ///< of the schedule
    std::string schedule = "linear";
    std::vector<std::string> scheduleOptions;
    int steps = 10;
    bool csv = false;
    std::string file;
};

NoiseSchedule madeSchedule(const std::string& text, std::vector<std::string> options,
                           const std::optional<int>& levels)
{
    if (levels)
        options.push_back("levels=" + std::to_string(*levels));
    auto entry = chosenEntry(EntryKind::schedule, text);
    assignOptions(EntryKind::schedule, entry, options);
    return schedule::makeSchedule({entry.id, entry.options});
}

Row scheduleRow(const NoiseSchedule& schedule, int t)
{
    const NoiseLevel level = schedule.level(t);
    return {double(t), schedule.beta(t), schedule.alphaBar(t), level.snr(), level.sigma};
}

Table scheduleTable(const NoiseSchedule& schedule, int rows)
{
    Table table{{"t", "beta", "alpha_bar", "snr", "sigma"}, {}};
    const int last = schedule.levels() - 1;
    for (int i = 0; i < rows; ++i)
        table.rows.push_back(scheduleRow(schedule, int(std::lround(double(last) * i / (rows - 1)))));
    return table;
}

Table gridTable(const TimeGrid& grid)
{
    Table table{{"index", "t", "alpha", "sigma", "sigma_over_alpha", "log_snr"}, {}};
    for (int i = 0; i <= grid.steps(); ++i) {
        const NoiseLevel& level = grid[i];
        table.rows.push_back(
            {double(i), level.t, level.alpha, level.sigma, level.noiseToSignal(), level.logSnr()});
    }
    return table;
}

std::string csvOf(const Table& table)
{
    std::string text;
    for (const auto& column : table.columns)
        text += (text.empty() ? "" : ",") + column;
    for (const auto& row : table.rows) {
        text += "\n";
        for (std::size_t i = 0; i < row.size(); ++i)
            text += (i == 0 ? "" : ",") + formatted(row[i], 17);
    }
    return text + "\n";
}

std::string alignedText(const Table& table)
{
    const auto line = [](const auto& cells, auto&& text) {
        std::string result;
        for (const auto& cell : cells)
            result += padded(text(cell), 18);
        return result.substr(0, result.find_last_not_of(' ') + 1) + "\n";
    };
    std::string text = line(table.columns, [](const std::string& column) { return column; });
    for (const auto& row : table.rows)
        text += line(row, [](double value) { return formatted(value, 7); });
    return text;
}

void put(const TableArguments& arguments, const std::string& text)
{
    if (arguments.file.empty() || arguments.file == "-")
        std::fputs(text.c_str(), stdout);
    else
        base::writeFileAtomically(arguments.file, text);
}

void showSchedule(const TableArguments& arguments)
{
    const auto schedule = madeSchedule(arguments.name, arguments.options, arguments.levels);
    if (arguments.csv) {
        put(arguments, csvOf(scheduleTable(schedule, schedule.levels())));
        return;
    }
    std::string text = schedule.name() + ": " + std::to_string(schedule.levels()) + " levels, " +
                       (schedule.isVariancePreserving() ? "alpha^2 + sigma^2 = 1" : "alpha + sigma = 1");
    text += schedule.hasZeroTerminalSnr() ? ", the last without signal\n\n" : "\n\n";
    put(arguments, text + alignedText(scheduleTable(schedule, std::min(schedule.levels(), 21))));
}

void showGrid(const TableArguments& arguments)
{
    const auto schedule = madeSchedule(arguments.schedule, arguments.scheduleOptions, arguments.levels);
    auto entry = chosenEntry(EntryKind::grid, arguments.name);
    assignOptions(EntryKind::grid, entry, arguments.options);
    const TimeGrid grid = schedule::makeTimeGrid(schedule, {entry.id, entry.options}, arguments.steps);
    const Table table = gridTable(grid);
    if (arguments.csv) {
        put(arguments, csvOf(table));
        return;
    }
    const std::string title = findEntry(EntryKind::grid, entry.id).displayName + " on " + schedule.name() +
                              ": " + std::to_string(grid.steps()) +
                              (grid.steps() == 1 ? " step\n\n" : " steps\n\n");
    put(arguments, title + alignedText(table));
}

void addTableFlags(CLI::App& command, TableArguments& arguments, EntryKind kind)
{
    command
        .add_option("name", arguments.name,
                    "Name of the " + noun(kind) + ", with options or without; \"diffuscope-cli " +
                        listingCommand(kind) + "\" lists them")
        ->type_name("NAME[:OPTION=VALUE,...]")
        ->required();
    command.add_option("--option", arguments.options, "One option of it; may be given more than once")
        ->type_name("OPTION=VALUE")
        ->take_all()
        ->allow_extra_args(false);
    command.add_option("--levels", arguments.levels, "Levels of the schedule")
        ->type_name("NUMBER")
        ->default_str("1000");
    command.add_flag("--csv", arguments.csv, "All rows as CSV with 17 significant digits");
    command.add_option("--out", arguments.file, "File to write instead of the standard output")
        ->type_name("FILE");
}

}  // namespace

void addScheduleCommands(CLI::App& program)
{
    auto* scheduleCommand = program.add_subcommand("schedule", "Print a noise schedule");
    auto arguments = std::make_shared<TableArguments>();
    addTableFlags(*scheduleCommand, *arguments, EntryKind::schedule);
    scheduleCommand->callback([arguments] { showSchedule(*arguments); });

    auto* gridCommand = program.add_subcommand("grid", "Print the levels that a time grid visits");
    auto gridArguments = std::make_shared<TableArguments>();
    addTableFlags(*gridCommand, *gridArguments, EntryKind::grid);
    gridCommand->add_option("--schedule", gridArguments->schedule, "Schedule that it is laid on")
        ->type_name("NAME[:OPTION=VALUE,...]")
        ->default_str(gridArguments->schedule);
    gridCommand
        ->add_option("--schedule-option", gridArguments->scheduleOptions,
                     "One option of the schedule; may be given more than once")
        ->type_name("OPTION=VALUE")
        ->take_all()
        ->allow_extra_args(false);
    gridCommand->add_option("--steps", gridArguments->steps, "Steps")->type_name("NUMBER")->default_str("10");
    gridCommand->callback([gridArguments] { showGrid(*gridArguments); });
}

}  // namespace diffuscope::cli
