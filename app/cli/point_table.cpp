// SPDX-License-Identifier: GPL-3.0-or-later
// Prints tables of the lab.
#include "app/cli/point_table.h"

#include "app/cli/text_layout.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::cli {
namespace {

std::string cellText(const PointTable::Cell& cell, int digits, const char* absent)
{
    if (const std::string* text = std::get_if<std::string>(&cell))
        return *text;
    const double number = std::get<double>(cell);
    return std::isnan(number) ? absent : formatted(number, digits);
}

/// In quotes where a comma would part it.
std::string csvField(const std::string& text)
{
    return text.find_first_of(",\"") == std::string::npos ? text : "\"" + text + "\"";
}

}  // namespace

std::string csvOf(const PointTable& table)
{
    std::string text;
    for (const auto& name : table.header)
        text += (text.empty() ? "" : ",") + name;
    text += "\n";
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            text += (i == 0 ? "" : ",") + csvField(cellText(row[i], 17, ""));
        text += "\n";
    }
    return text;
}

std::string alignedText(const PointTable& table)
{
    std::vector<std::size_t> widths;
    for (const auto& name : table.header)
        widths.push_back(displayWidth(name));
    for (const auto& row : table.rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], displayWidth(cellText(row[i], 6, "–")));
    std::string text;
    const auto addRow = [&](const auto& textOf) {
        std::string line;
        for (std::size_t i = 0; i < widths.size(); ++i)
            line += padded(textOf(i), widths[i] + 2);
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    };
    addRow([&](std::size_t i) { return table.header[i]; });
    for (const auto& row : table.rows)
        addRow([&](std::size_t i) { return cellText(row[i], 6, "–"); });
    return text;
}

}  // namespace diffuscope::cli
