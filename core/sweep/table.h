// SPDX-License-Identifier: GPL-3.0-or-later
// The results of a sweep side by side: a row a run, or a row a group of runs with their means.
#pragma once

#include "core/sweep/job.h"
#include "core/sweep/results.h"

#include <optional>
#include <string>
#include <vector>

namespace diffuscope::sweep {

struct TableRow
{
    int line = 0;     ///< of the job file; of a group the first
    std::string key;  ///< of a group the first run's
    /// One for each of Table::fields, as JSON text.
    std::vector<std::string> at;
    /// One for each of Table::measures; absent where the run is not done.
    std::vector<std::optional<double>> values{};
    /// Of a group: the standard deviations (of the sample, n − 1); absent for fewer than two values.
    std::vector<std::optional<double>> deviations{};
    int runs = 1;           ///< of the group, those that are done
    std::string state{};    ///< "done", "failed", "missing"; of a group "done" or "incomplete"
    std::string problem{};  ///< why it failed
};

struct Table
{
    std::vector<std::string> fields;    ///< that the plan varies
    std::vector<std::string> measures;  ///< ids
    std::vector<TableRow> rows;
    bool isGrouped = false;
    /// What a reader should know of all of it: one sentence each.
    std::vector<std::string> notes{};
};

/// A row for each job. A model whose weights were not the same in all runs is told in the notes, and a
/// damaged result counts as missing, with a note.
Table tableOf(const std::vector<Job>& jobs, const Results& results);

/// The rows that differ in nothing but `fields` become one, with the mean of each measure. Throws
/// Error(invalidOption) for a field that the plan does not vary.
Table groupedOver(const Table& table, const std::vector<std::string>& fields);

/// The best row in a column.
struct Best
{
    std::string measure;
    std::size_t row = 0;
    int ties = 0;  ///< other rows that are as good
};

/// For each measure that has a better side and a value: the row that is best in it.
std::vector<Best> bestOf(const Table& table);

/// RFC 4180: a line a row, quoted where needed. JSON: an object a row.
std::string csvOf(const Table& table);
std::string jsonOf(const Table& table);

/// A value of a field as people read it: "ddim" without its quotes.
std::string shownValue(const std::string& jsonText);
/// "sampler ddim, steps 20", without the fields that are not to be named.
std::string labelOf(const Table& table, const TableRow& row, const std::vector<std::string>& without = {});

}  // namespace diffuscope::sweep
