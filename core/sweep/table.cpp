// SPDX-License-Identifier: GPL-3.0-or-later
// Joins results into a table, groups its rows and writes it.
#include "core/sweep/table.h"

#include "core/base/error.h"
#include "core/sweep/measures.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

namespace diffuscope::sweep {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// The shortest text that reads back as the same number.
std::string numberText(double value)
{
    char text[40];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    return {text, end};
}

std::string quoted(const std::string& cell)
{
    if (cell.find_first_of(",\"\r\n") == std::string::npos)
        return cell;
    std::string text = "\"";
    for (const char c : cell)
        text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + "\"";
}

std::string csvLine(const std::vector<std::string>& cells)
{
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
        line += (i == 0 ? "" : ",") + quoted(cells[i]);
    return line + "\n";
}

std::string cellOf(const std::optional<double>& value)
{
    return value ? numberText(*value) : "";
}

ordered_json jsonNumber(const std::optional<double>& value)
{
    return value && std::isfinite(*value) ? ordered_json(*value) : ordered_json(nullptr);
}

TableRow rowOf(const Job& job, const Table& table, const Results& results, std::vector<std::string>& notes,
               std::map<std::string, std::set<std::string>>& weights)
{
    TableRow row{.line = job.line, .key = job.key, .at = {}, .state = "missing"};
    for (const auto& [field, value] : job.at)
        row.at.push_back(value);
    row.values.resize(table.measures.size());
    std::optional<Result> result;
    try {
        result = results.read(job.key);
    } catch (const Error& error) {
        notes.push_back(error.what());
    }
    if (!result)
        return row;
    row.state = result->isFailure() ? "failed" : "done";
    row.problem = result->problem;
    for (std::size_t i = 0; i < table.measures.size(); ++i)
        if (const auto found = result->measures.find(table.measures[i]); found != result->measures.end())
            row.values[i] = found->second;
    if (!result->weights.empty())
        weights[job.recipe.model].insert(result->weights);
    return row;
}

/// Means and deviations of the rows that are done.
TableRow groupOf(const std::vector<const TableRow*>& rows, const std::vector<std::size_t>& keptFields,
                 std::size_t measures)
{
    TableRow group{
        .line = rows.front()->line, .key = rows.front()->key, .at = {}, .runs = 0, .state = "done"};
    for (const std::size_t field : keptFields)
        group.at.push_back(rows.front()->at[field]);
    for (const TableRow* row : rows) {
        group.runs += row->state == "done";
        if (row->state != "done")
            group.state = "incomplete";
        if (!row->problem.empty())
            group.problem = row->problem;
    }
    for (std::size_t i = 0; i < measures; ++i) {
        std::vector<double> values;
        for (const TableRow* row : rows)
            if (row->values[i])
                values.push_back(*row->values[i]);
        std::optional<double>& mean = group.values.emplace_back();
        std::optional<double>& deviation = group.deviations.emplace_back();
        if (values.empty())
            continue;
        double sum = 0, squares = 0;
        for (const double value : values)
            sum += value;
        mean = sum / double(values.size());
        for (const double value : values)
            squares += (value - *mean) * (value - *mean);
        if (values.size() > 1)
            deviation = std::sqrt(squares / double(values.size() - 1));
    }
    return group;
}

}  // namespace

Table tableOf(const std::vector<Job>& jobs, const Results& results)
{
    Table table;
    if (jobs.empty())
        return table;
    for (const auto& [field, value] : jobs.front().at)
        table.fields.push_back(field);
    table.measures = jobs.front().measures;
    std::map<std::string, std::set<std::string>> weights;
    for (const Job& job : jobs) {
        if (job.measures != table.measures || job.at.size() != table.fields.size())
            throw Error(
                ErrorCode::invalidFile,
                "Line " + std::to_string(job.line) + " of the job file is of another plan than the first.",
                "Write the file again from one plan.");
        table.rows.push_back(rowOf(job, table, results, table.notes, weights));
    }
    for (const auto& [model, hashes] : weights)
        if (hashes.size() > 1)
            table.notes.push_back("The model \"" + model + "\" had " + std::to_string(hashes.size()) +
                                  " different files of weights in these runs.");
    return table;
}

Table groupedOver(const Table& table, const std::vector<std::string>& fields)
{
    for (const std::string& field : fields)
        if (std::ranges::find(table.fields, field) == table.fields.end())
            throw Error(ErrorCode::invalidOption, "The sweep does not vary \"" + field + "\".",
                        "Name a field that its plan varies.");
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < table.fields.size(); ++i)
        if (std::ranges::find(fields, table.fields[i]) == fields.end())
            kept.push_back(i);
    std::vector<std::pair<std::vector<std::string>, std::vector<const TableRow*>>> groups;
    std::map<std::vector<std::string>, std::size_t> places;
    for (const TableRow& row : table.rows) {
        std::vector<std::string> at;
        for (const std::size_t field : kept)
            at.push_back(row.at[field]);
        const auto [place, isNew] = places.emplace(at, groups.size());
        if (isNew)
            groups.push_back({at, {}});
        groups[place->second].second.push_back(&row);
    }
    Table grouped{
        .fields = {}, .measures = table.measures, .rows = {}, .isGrouped = true, .notes = table.notes};
    for (const std::size_t field : kept)
        grouped.fields.push_back(table.fields[field]);
    for (const auto& [at, rows] : groups)
        grouped.rows.push_back(groupOf(rows, kept, table.measures.size()));
    return grouped;
}

std::vector<Best> bestOf(const Table& table)
{
    std::vector<Best> best;
    for (std::size_t i = 0; i < table.measures.size(); ++i) {
        const Better better = measureOf(table.measures[i]).better;
        if (better == Better::neither)
            continue;
        std::optional<Best> found;
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
            const std::optional<double>& value = table.rows[row].values[i];
            if (!value || std::isnan(*value))
                continue;
            const double leader = found ? *table.rows[found->row].values[i] : 0;
            if (!found || (better == Better::lower ? *value < leader : *value > leader))
                found = Best{table.measures[i], row, 0};
            else if (*value == leader)
                ++found->ties;
        }
        if (found)
            best.push_back(*found);
    }
    return best;
}

std::string csvOf(const Table& table)
{
    std::vector<std::string> head{"line", "key"};
    head.insert(head.end(), table.fields.begin(), table.fields.end());
    for (const std::string& measure : table.measures) {
        head.push_back(measure);
        if (table.isGrouped)
            head.push_back(measure + "_deviation");
    }
    if (table.isGrouped)
        head.push_back("runs");
    head.insert(head.end(), {"state", "problem"});
    std::string text = csvLine(head);
    for (const TableRow& row : table.rows) {
        std::vector<std::string> cells{std::to_string(row.line), row.key};
        for (const std::string& value : row.at)
            cells.push_back(shownValue(value));
        for (std::size_t i = 0; i < table.measures.size(); ++i) {
            cells.push_back(cellOf(row.values[i]));
            if (table.isGrouped)
                cells.push_back(cellOf(row.deviations[i]));
        }
        if (table.isGrouped)
            cells.push_back(std::to_string(row.runs));
        cells.insert(cells.end(), {row.state, row.problem});
        text += csvLine(cells);
    }
    return text;
}

std::string jsonOf(const Table& table)
{
    ordered_json rows = ordered_json::array();
    for (const TableRow& row : table.rows) {
        ordered_json at = ordered_json::object(), values = ordered_json::object(),
                     deviations = ordered_json::object();
        for (std::size_t i = 0; i < table.fields.size(); ++i)
            at[table.fields[i]] = ordered_json::parse(row.at[i]);
        for (std::size_t i = 0; i < table.measures.size(); ++i) {
            values[table.measures[i]] = jsonNumber(row.values[i]);
            if (table.isGrouped)
                deviations[table.measures[i]] = jsonNumber(row.deviations[i]);
        }
        ordered_json object{{"line", row.line}, {"key", row.key}, {"at", at}, {"measures", values}};
        if (table.isGrouped) {
            object["deviations"] = deviations;
            object["runs"] = row.runs;
        }
        object["state"] = row.state;
        if (!row.problem.empty())
            object["problem"] = row.problem;
        rows.push_back(std::move(object));
    }
    return ordered_json{{"version", 1}, {"rows", rows}, {"notes", table.notes}}.dump(
               2, ' ', false, json::error_handler_t::replace) +
           "\n";
}

std::string shownValue(const std::string& jsonText)
{
    const json value = json::parse(jsonText, nullptr, false);
    return value.is_string() ? value.get<std::string>() : jsonText;
}

std::string labelOf(const Table& table, const TableRow& row, const std::vector<std::string>& without)
{
    std::string label;
    for (std::size_t i = 0; i < table.fields.size(); ++i)
        if (std::ranges::find(without, table.fields[i]) == without.end())
            label +=
                (label.empty() ? "" : ", ") + table.fields[i] + " " + shownValue(row.at[i]).substr(0, 60);
    return label.empty() ? "all runs" : label;
}

}  // namespace diffuscope::sweep
