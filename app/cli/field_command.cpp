// SPDX-License-Identifier: GPL-3.0-or-later
// "field": density, score and denoised mean of an exact model at points or on a grid, in full precision.
#include "app/cli/commands.h"
#include "app/cli/registry_view.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/exports/npz_writer.h"
#include "core/model/exact/data_sets.h"
#include "core/model/exact/exact_field.h"
#include "core/model/exact/ode_density.h"
#include "core/model/exact/point_file.h"
#include "core/schedule/schedule_registry.h"

#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

namespace diffuscope::cli {
namespace {

struct FieldArguments
{
    std::string model;
    std::vector<double> times;
    std::string schedule = "linear";
    std::vector<std::string> scheduleOptions;
    std::string points;
    std::string grid;
    int label = -1;
    int odeSteps = 0;
    int threads = 0;
    std::string out;
};

constexpr int mostGridSide = 4096;

std::string fullText(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}

/// "64", "128x96", "128x96:-3,-3,3,3" into a grid; without an extent, that of the data at this level.
model::FieldGrid gridOf(const std::string& text, const model::PointMixture& data,
                        const schedule::NoiseLevel& level)
{
    model::FieldGrid grid;
    double left = 0, bottom = 0, right = 0, top = 0;
    int read = 0;
    const std::size_t colon = text.find(':');
    const std::string size = text.substr(0, colon);
    const auto refuse = [&] {
        throw Error(ErrorCode::invalidOption, "\"" + text.substr(0, 60) + "\" is no grid.",
                    "Write --grid 64, --grid 128x96 or --grid 128x96:left,bottom,right,top.");
    };
    if (std::sscanf(size.c_str(), "%dx%d%n", &grid.columns, &grid.rows, &read) != 2) {
        if (std::sscanf(size.c_str(), "%d%n", &grid.columns, &read) != 1)
            refuse();
        grid.rows = grid.columns;
    }
    if (std::size_t(read) != size.size() || grid.columns < 1 || grid.rows < 1 ||
        grid.columns > mostGridSide || grid.rows > mostGridSide)
        refuse();
    if (colon == std::string::npos) {
        const auto extent = model::extentOf(data, level.alpha, level.sigma);
        left = extent[0], bottom = extent[1], right = extent[2], top = extent[3];
    } else if (std::sscanf(text.c_str() + colon + 1, "%lf,%lf,%lf,%lf", &left, &bottom, &right, &top) != 4) {
        bottom = top = 0;
        if (data.dimensions == 2 || std::sscanf(text.c_str() + colon + 1, "%lf,%lf", &left, &right) != 2)
            refuse();
    }
    const bool isExtent = std::isfinite(left) && std::isfinite(right) && std::isfinite(bottom) &&
                          std::isfinite(top) && right > left && (data.dimensions == 1 || top > bottom);
    if (!isExtent)
        refuse();
    grid.left = left, grid.bottom = bottom, grid.right = right, grid.top = top;
    return grid;
}

schedule::NoiseSchedule scheduleOf(const FieldArguments& arguments)
{
    ChosenEntry entry = chosenEntry(base::EntryKind::schedule, arguments.schedule);
    assignOptions(base::EntryKind::schedule, entry, arguments.scheduleOptions);
    return schedule::makeSchedule({entry.id, entry.options});
}

std::vector<schedule::NoiseLevel> levelsOf(const FieldArguments& arguments,
                                           const schedule::NoiseSchedule& schedule)
{
    std::vector<schedule::NoiseLevel> levels;
    for (const double t : arguments.times) {
        if (!(t >= 0 && t <= schedule.levels() - 1))
            throw Error(ErrorCode::invalidOption,
                        "The time is " + fullText(t) + ", but the schedule has times 0 to " +
                            std::to_string(schedule.levels() - 1) + ".",
                        "Count levels from 0, the cleanest.");
        levels.push_back(t == std::floor(t) ? schedule.level(int(t)) : schedule.levelAt(t));
    }
    return levels;
}

/// What is asked at one level.
struct FieldTable
{
    schedule::NoiseLevel level;
    std::vector<double> points;
    model::FieldValues values;
    std::vector<double> odeLogDensity;
};

std::string csvHeader(const FieldArguments& arguments, int dimensions)
{
    std::string text = arguments.times.size() > 1 ? "t," : "";
    text += dimensions == 1 ? "x,log_p,score_x,x0_x" : "x,y,log_p,score_x,score_y,x0_x,x0_y";
    return text + (arguments.odeSteps > 0 ? ",log_p_ode\n" : "\n");
}

std::string csvRows(const FieldArguments& arguments, const FieldTable& table, int dimensions)
{
    const auto count = std::size_t(dimensions);
    std::string text;
    const auto add = [&text](const std::vector<double>& values, std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i)
            text += fullText(values[i]) + ",";
    };
    for (std::size_t k = 0; k < table.values.logDensity.size(); ++k) {
        if (arguments.times.size() > 1)
            text += fullText(table.level.t) + ",";
        add(table.points, k * count, (k + 1) * count);
        add(table.values.logDensity, k, k + 1);
        add(table.values.score, k * count, (k + 1) * count);
        add(table.values.x0Hat, k * count, (k + 1) * count);
        if (arguments.odeSteps > 0)
            add(table.odeLogDensity, k, k + 1);
        text.back() = '\n';
    }
    return text;
}

void writeNpz(const std::string& path, const std::vector<FieldTable>& tables, int dimensions, bool isGrid,
              const std::vector<model::FieldGrid>& grids)
{
    exports::NpzWriter file(path);
    const std::size_t levels = tables.size(), points = tables.front().values.logDensity.size();
    std::vector<std::size_t> shape{levels};
    if (isGrid && dimensions == 2)
        shape.push_back(std::size_t(grids.front().rows));
    shape.push_back(isGrid ? std::size_t(grids.front().columns) : points);
    const auto write = [&](const std::string& name, std::vector<std::size_t> size, auto&& valuesOf) {
        file.beginArray(name, size, true);
        for (const auto& table : tables)
            file.write(std::span<const double>(valuesOf(table)));
        file.endArray();
    };
    auto vectors = shape;
    vectors.push_back(std::size_t(dimensions));
    write("points", vectors,
          [](const FieldTable& table) -> const std::vector<double>& { return table.points; });
    write("log_p", shape,
          [](const FieldTable& table) -> const std::vector<double>& { return table.values.logDensity; });
    write("score", vectors,
          [](const FieldTable& table) -> const std::vector<double>& { return table.values.score; });
    write("x0", vectors,
          [](const FieldTable& table) -> const std::vector<double>& { return table.values.x0Hat; });
    write("t", {levels}, [](const FieldTable& table) { return std::vector<double>{table.level.t}; });
    write("alpha", {levels}, [](const FieldTable& table) { return std::vector<double>{table.level.alpha}; });
    write("sigma", {levels}, [](const FieldTable& table) { return std::vector<double>{table.level.sigma}; });
    file.finish();
}

std::vector<double> pointsOf(const FieldArguments& arguments, int dimensions)
{
    const model::PointSet points = model::readPoints(arguments.points);
    if (points.dimensions != dimensions)
        throw Error(ErrorCode::invalidOption,
                    arguments.points + " holds points of " + std::to_string(points.dimensions) +
                        " dimensions, but the model is of " + std::to_string(dimensions) + ".",
                    dimensions == 1 ? "Give a column x." : "Give columns x and y.");
    return points.values;
}

void showField(const FieldArguments& arguments)
{
    if (arguments.points.empty() == arguments.grid.empty())
        throw Error(ErrorCode::invalidOption, "There is nowhere to look at the field.",
                    "Give either --points points.csv or --grid 64.");
    const model::ExactField field(model::exactData(arguments.model));
    const schedule::NoiseSchedule schedule = scheduleOf(arguments);
    std::vector<FieldTable> tables;
    std::vector<model::FieldGrid> grids;
    for (const auto& level : levelsOf(arguments, schedule)) {
        FieldTable table{.level = level, .points = {}, .values = {}, .odeLogDensity = {}};
        if (arguments.grid.empty()) {
            table.points = pointsOf(arguments, field.dimensions());
        } else {
            grids.push_back(gridOf(arguments.grid, field.mixture(), level));
            table.points = grids.back().points(field.dimensions());
        }
        table.values = field.evaluate(level, table.points, arguments.label, arguments.threads);
        const auto dimensions = std::size_t(field.dimensions());
        for (std::size_t k = 0; arguments.odeSteps > 0 && k < table.values.logDensity.size(); ++k)
            table.odeLogDensity.push_back(
                model::odeDensity(field, schedule, level,
                                  std::span(table.points).subspan(k * dimensions, dimensions),
                                  arguments.odeSteps, arguments.label)
                    .logDensity);
        tables.push_back(std::move(table));
    }
    if (arguments.out.ends_with(".npz")) {
        writeNpz(arguments.out, tables, field.dimensions(), !arguments.grid.empty(), grids);
        return;
    }
    std::string text = csvHeader(arguments, field.dimensions());
    for (const auto& table : tables)
        text += csvRows(arguments, table, field.dimensions());
    if (arguments.out.empty())
        std::fputs(text.c_str(), stdout);
    else
        base::writeFileAtomically(arguments.out, text);
}

}  // namespace

void addFieldCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("field", "Print density, score and estimate of an exact model");
    auto arguments = std::make_shared<FieldArguments>();
    command
        ->add_option("--model", arguments->model,
                     "Exact model, such as exact:moons or exact:file:points.csv:width=0.05")
        ->type_name("exact:NAME[:OPTION=VALUE,...]")
        ->required();
    command
        ->add_option("--t", arguments->times, "Time, or times, in levels of the schedule; 0 is the cleanest")
        ->type_name("TIME[,TIME...]")
        ->delimiter(',')
        ->required();
    command->add_option("--points", arguments->points, "Points to look at: columns x,y (x on a line)")
        ->type_name("FILE.csv");
    command->add_option("--grid", arguments->grid, "Regular grid to look at, such as 64 or 128x96:-3,-3,3,3")
        ->type_name("COLUMNSxROWS[:LEFT,BOTTOM,RIGHT,TOP]");
    command->add_option("--class", arguments->label, "Condition on this class")
        ->type_name("CLASS")
        ->check(CLI::NonNegativeNumber);
    command->add_option("--schedule", arguments->schedule, "Schedule of the noise")
        ->type_name("NAME[:OPTION=VALUE,...]")
        ->default_str(arguments->schedule);
    command->add_option("--schedule-option", arguments->scheduleOptions, "One option of the schedule")
        ->type_name("OPTION=VALUE")
        ->take_all()
        ->allow_extra_args(false);
    command
        ->add_option("--ode", arguments->odeSteps,
                     "Add log_p_ode: log p by the probability-flow ODE in so many Runge-Kutta steps")
        ->type_name("STEPS")
        ->check(CLI::Range(1, 100'000));
    command->add_option("--threads", arguments->threads, "Threads; 0: one a core")
        ->type_name("NUMBER")
        ->check(CLI::Range(0, 256));
    command->add_option("--out", arguments->out, "File to write in the place of the standard output")
        ->type_name("FILE.csv|.npz");
    command->callback([arguments] { showField(*arguments); });
}

}  // namespace diffuscope::cli
