// SPDX-License-Identifier: GPL-3.0-or-later
// Draws the sheet and the plots of a sweep.
#include "core/sweep/table_pictures.h"

#include "core/base/error.h"
#include "core/exports/labelled_grid.h"
#include "core/exports/plots.h"
#include "core/sweep/measures.h"
#include "core/sweep/run_job.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

namespace diffuscope::sweep {

namespace {

using exports::Color;
using record::ImageBatch;

/// Where each job stands in the sheet.
struct SheetPlaces
{
    std::vector<std::string> rows, columns;  ///< labels
    std::map<std::pair<int, int>, const Job*> jobs;
};

int placeIn(std::vector<std::string>& labels, const std::string& label)
{
    const auto found = std::ranges::find(labels, label);
    if (found != labels.end())
        return int(found - labels.begin());
    labels.push_back(label);
    return int(labels.size()) - 1;
}

SheetPlaces placesOf(const std::vector<Job>& jobs, const std::string& columnField)
{
    SheetPlaces places;
    for (const Job& job : jobs) {
        std::string row, column;
        for (const auto& [field, value] : job.at) {
            std::string& label = field == columnField ? column : row;
            label += (label.empty() ? "" : ", ") + field + " " + shownValue(value).substr(0, 60);
        }
        const int at = placeIn(places.rows, row);
        places.jobs[{at, placeIn(places.columns, column)}] = &job;
    }
    return places;
}

/// The first images of the job side by side [C, H, images·W]; empty where it kept none.
std::vector<float> cellImages(const Job& job, const Results& results, const record::BatchShape& cell,
                              int images)
{
    const std::optional<Result> result = results.read(job.key);
    if (!result || !result->files.contains("images"))
        return {};
    const ImageBatch batch = readImages(results.path(result->files.at("images")));
    const record::BatchShape& shape = batch.shape;
    if (shape.channels != cell.channels || shape.height != cell.height || shape.width * images != cell.width)
        throw Error(ErrorCode::invalidOption, "The runs have images of different sizes.",
                    "Make a sheet of one model's runs.");
    std::vector<float> values(cell.imageValues(), 1);
    for (int k = 0; k < std::min(images, shape.batch); ++k)
        for (int line = 0; line < shape.channels * shape.height; ++line)
            std::ranges::copy(batch.image(k).subspan(std::size_t(line) * std::size_t(shape.width),
                                                     std::size_t(shape.width)),
                              values.begin() + std::ptrdiff_t(line) * cell.width + k * shape.width);
    return values;
}

/// The shape of the first run's images that there are.
record::BatchShape shapeOfImages(const std::vector<Job>& jobs, const Results& results)
{
    for (const Job& job : jobs) {
        const std::optional<Result> result = results.read(job.key);
        if (result && result->files.contains("images"))
            return readImages(results.path(result->files.at("images"))).shape;
    }
    throw Error(ErrorCode::invalidOption, "No run of the sweep has kept images yet.",
                "Write \"keep\": [\"images\"] into the plan, and run it.");
}

std::optional<double> numberOf(const std::string& jsonText)
{
    const nlohmann::json value = nlohmann::json::parse(jsonText, nullptr, false);
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

/// What stands on the x axis: a field, or a measure.
struct XAxis
{
    std::optional<std::size_t> field, measure;
    std::string label;

    std::optional<double> of(const TableRow& row) const
    {
        return field ? numberOf(row.at[*field]) : row.values[*measure];
    }
};

XAxis xAxisOf(const Table& table, const std::string& asked)
{
    for (std::size_t i = 0; i < table.fields.size(); ++i) {
        const bool isNumeric = std::ranges::all_of(
            table.rows, [i](const TableRow& row) { return numberOf(row.at[i]).has_value(); });
        if (isNumeric && (asked.empty() || asked == table.fields[i]))
            return {i, {}, table.fields[i]};
    }
    const auto measure = std::ranges::find(table.measures, asked);
    if (measure == table.measures.end())
        throw Error(ErrorCode::invalidOption,
                    asked.empty()
                        ? "The sweep varies no field with numbers, so there is nothing along which to plot."
                        : "\"" + asked + "\" is no field with numbers and no measure of the sweep.",
                    "Name a measure or another field with --x.");
    return {{}, std::size_t(measure - table.measures.begin()), measureOf(asked).title};
}

Color seriesColor(std::size_t i)
{
    // Colours that the colour-blind tell apart (Okabe & Ito 2008).
    static constexpr std::array<Color, 7> colors{{{0, 114, 178},
                                                  {213, 94, 0},
                                                  {0, 158, 115},
                                                  {204, 121, 167},
                                                  {230, 159, 0},
                                                  {86, 180, 233},
                                                  {0, 0, 0}}};
    return colors[i % colors.size()];
}

constexpr std::size_t mostSeries = 6;

/// The values of the row's fields, as short as a legend wants them.
std::string valuesOf(const Table& table, const TableRow& row, const std::vector<std::string>& without)
{
    std::string label;
    for (std::size_t i = 0; i < table.fields.size(); ++i)
        if (std::ranges::find(without, table.fields[i]) == without.end())
            label += (label.empty() ? "" : ", ") + shownValue(row.at[i]).substr(0, 24);
    return label.empty() ? "all runs" : label;
}

exports::Plot plotOf(const Table& table, const XAxis& x, std::size_t measure)
{
    exports::Plot plot{measureOf(table.measures[measure]).title, x.label, {}, {}};
    std::map<std::string, std::size_t> places;
    for (const TableRow& row : table.rows) {
        const std::optional<double> at = x.of(row);
        if (!at || !row.values[measure])
            continue;
        // Along a measure, the lines are those of the first field.
        std::vector<std::string> without;
        if (x.field)
            without = {table.fields[*x.field]};
        else if (table.fields.size() > 1)
            without.assign(table.fields.begin() + 1, table.fields.end());
        const std::string label = valuesOf(table, row, without);
        const auto [place, isNew] = places.emplace(label, plot.series.size());
        if (isNew)
            plot.series.push_back({label, seriesColor(plot.series.size()), {}});
        plot.series[place->second].points.push_back({*at, *row.values[measure]});
    }
    if (plot.series.size() > mostSeries)
        throw Error(ErrorCode::invalidOption,
                    "A plot would have " + std::to_string(plot.series.size()) + " lines; at most " +
                        std::to_string(mostSeries) + " can be told apart.",
                    "Take the mean over a field with --mean, or choose another --x.");
    for (exports::PlotSeries& series : plot.series)
        std::ranges::stable_sort(series.points, {}, &exports::PagePoint::x);
    return plot;
}

}  // namespace

exports::Canvas resultSheet(const std::vector<Job>& jobs, const Results& results, const SheetOptions& options)
{
    const std::string field =
        !options.columns.empty() || jobs.front().at.empty() ? options.columns : jobs.front().at.back().first;
    if (!field.empty() &&
        std::ranges::none_of(jobs.front().at, [&](const auto& at) { return at.first == field; }))
        throw Error(ErrorCode::invalidOption, "The sweep does not vary \"" + field + "\".",
                    "Name a field that its plan varies with --columns.");
    const SheetPlaces places = placesOf(jobs, field);
    record::BatchShape cell = shapeOfImages(jobs, results);
    cell.batch = 1;
    cell.width *= options.images;
    exports::LabelledGrid grid{.title = "Sweep of " + std::to_string(jobs.size()) + " runs",
                               .remark = "model " + jobs.front().recipe.model,
                               .rows = {},
                               .columns = {},
                               .image = cell,
                               .zoom = options.zoom};
    for (const std::string& label : places.rows)
        grid.rows.push_back({label});
    for (const std::string& label : places.columns)
        grid.columns.push_back({label});
    const auto values = [&](int row, int column) {
        const auto found = places.jobs.find({row, column});
        return found == places.jobs.end() ? std::vector<float>{}
                                          : cellImages(*found->second, results, cell, options.images);
    };
    exports::sizeOf(grid);
    return exports::drawnGrid(grid, {}, values, {});
}

std::string resultPlots(const Table& table, const std::string& x, bool isPdf, const std::string& title)
{
    const XAxis axis = xAxisOf(table, x);
    std::vector<exports::Plot> plots;
    for (std::size_t i = 0; i < table.measures.size(); ++i)
        if (axis.measure != i)
            plots.push_back(plotOf(table, axis, i));
    const auto isEmpty = [](const exports::Plot& plot) { return plot.series.empty(); };
    std::erase_if(plots, isEmpty);
    if (plots.empty())
        throw Error(ErrorCode::invalidOption, "There is nothing to plot yet.", "Run the sweep first.");
    exports::VectorPage page(isPdf ? exports::PageFormat::pdf : exports::PageFormat::svg, exports::pageWidth,
                             exports::pageHeight(plots.size()), title, "");
    exports::drawPlots(page, title, plots);
    return page.finish();
}

}  // namespace diffuscope::sweep
