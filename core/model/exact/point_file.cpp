// SPDX-License-Identifier: GPL-3.0-or-later
// Reads points and mixtures that people and other programs wrote.
#include "core/model/exact/point_file.h"

#include "core/base/error.h"
#include "core/base/json_object_reader.h"
#include "core/base/png_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>

namespace diffuscope::model {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr double largestCoordinate = 1e6;
constexpr std::size_t mostCsvBytes = std::size_t(128) << 20;
constexpr std::size_t mostJsonBytes = std::size_t(16) << 20;

[[noreturn]] void refuseFile(const std::string& message, const std::string& hint)
{
    throw Error(ErrorCode::invalidFile, message, hint);
}

std::string wholeFile(const std::string& path, std::size_t mostBytes)
{
    std::ifstream file(path, std::ios::binary);
    if (!file || fs::is_directory(path))
        throw Error(ErrorCode::missingFile, "The file " + path + " cannot be read.", "Check its name.");
    std::error_code ignored;
    if (const auto bytes = fs::file_size(path, ignored); !ignored && bytes > mostBytes)
        refuseFile(path + " has " + std::to_string(bytes >> 20) + " MiB; at most " +
                       std::to_string(mostBytes >> 20) + " are read.",
                   "Take a part of it.");
    std::string text;
    char block[1 << 16];
    while (text.size() <= mostBytes && (file.read(block, sizeof block) || file.gcount() > 0))
        text.append(block, std::size_t(file.gcount()));
    return text;
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The fields of a line, parted by ',' or, where there is none, ';', tabs or blanks.
std::vector<std::string_view> fieldsOf(std::string_view line)
{
    char separator = ' ';
    for (const char candidate : {'\t', ';', ','})
        if (line.find(candidate) != std::string_view::npos)
            separator = candidate;
    std::vector<std::string_view> fields;
    while (true) {
        const auto end = line.find(separator);
        fields.push_back(trimmed(line.substr(0, end)));
        if (end == std::string_view::npos)
            return fields;
        line = separator == ' ' ? trimmed(line.substr(end)) : line.substr(end + 1);
    }
}

/// What the columns are.
struct Columns
{
    int x = 0, y = -1, label = -1;
    std::size_t count = 0;
};

bool readsAsNumber(std::string_view field, double& number)
{
    if (field.starts_with('+'))
        field.remove_prefix(1);
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
    return error == std::errc() && end == field.data() + field.size() && !field.empty();
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    std::erase(result, '"');
    return result;
}

Columns columnsOfHeader(const std::vector<std::string_view>& names, const std::string& where)
{
    Columns columns{.x = -1, .y = -1, .label = -1, .count = names.size()};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string name = lowered(names[i]);
        int* const column = name == "x"                          ? &columns.x
                            : name == "y"                        ? &columns.y
                            : name == "class" || name == "label" ? &columns.label
                                                                 : nullptr;
        if (!column || *column >= 0)
            refuseFile(where + " names the column \"" + name.substr(0, 40) +
                           (column ? "\" twice." : "\", but columns are x, y and class."),
                       "Begin the file with x, x,y or x,y,class.");
        *column = int(i);
    }
    if (columns.x < 0)
        refuseFile(where + " names no column x.", "Begin the file with x, x,y or x,y,class.");
    return columns;
}

Columns columnsOfNumbers(std::size_t count, const std::string& where)
{
    if (count > 3)
        refuseFile(where + " has " + std::to_string(count) + " numbers, but a row is x, x,y or x,y,class.",
                   "Name the columns in the first line, and leave out the others.");
    return {.x = 0, .y = count > 1 ? 1 : -1, .label = count > 2 ? 2 : -1, .count = count};
}

double coordinateOf(std::string_view field, const std::string& where)
{
    double number = 0;
    if (!readsAsNumber(field, number))
        refuseFile(where + " has \"" + std::string(field.substr(0, 40)) + "\" in the place of a number.",
                   "Write numbers with a decimal point.");
    if (!std::isfinite(number))
        refuseFile(where + " has a number that is not finite.", "Leave the row out.");
    if (std::abs(number) > largestCoordinate)
        refuseFile(where + " has a number beyond ±1000000.", "Scale the points to a few units.");
    return number;
}

int labelOf(std::string_view field, const std::string& where)
{
    const double number = coordinateOf(field, where);
    if (number != std::floor(number) || number < -1 || number >= mostClasses)
        refuseFile(where + " has the class " + std::string(field.substr(0, 40)) +
                       ", but classes are whole numbers from 0 to " + std::to_string(mostClasses - 1) + ".",
                   "Number the classes from 0.");
    return int(number);
}

std::string exactText(double number)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", number);
    return text;
}

// ---- Mixtures as JSON

double numberOf(const json& value, const std::string& where)
{
    if (!value.is_number() || !std::isfinite(value.get<double>()))
        refuseFile(where + " is not a number.", "Give a plain number.");
    const double number = value.get<double>();
    if (std::abs(number) > largestCoordinate)
        refuseFile(where + " is beyond ±1000000.", "Scale the mixture to a few units.");
    return number;
}

int readMean(const json& value, const std::string& where, MixtureComponent& component)
{
    if (value.is_number()) {
        component.mean = {numberOf(value, where), 0};
        return 1;
    }
    if (!value.is_array() || value.empty() || value.size() > 2)
        refuseFile(where + " is not [x, y] or [x].", "Give one number for a line, two for the plane.");
    for (std::size_t d = 0; d < value.size(); ++d)
        component.mean[d] = numberOf(value[d], where);
    return int(value.size());
}

void readCovariance(const json& value, int dimensions, const std::string& where, MixtureComponent& component)
{
    if (value.is_number()) {
        const double variance = numberOf(value, where);
        component.covariance = {variance, 0, variance};
        return;
    }
    const auto size = std::size_t(dimensions);
    bool isSquare = value.is_array() && value.size() == size;
    for (std::size_t row = 0; isSquare && row < size; ++row)
        isSquare = value[row].is_array() && value[row].size() == size;
    if (!isSquare)
        refuseFile(where + " is not a matrix of " + std::to_string(dimensions) + " by " +
                       std::to_string(dimensions) + " numbers.",
                   dimensions == 2 ? "Write [[xx, xy], [xy, yy]]." : "Write [[xx]].");
    if (dimensions == 1) {
        component.covariance = {numberOf(value[0][0], where), 0, 1};
        return;
    }
    component.covariance = {numberOf(value[0][0], where), numberOf(value[0][1], where),
                            numberOf(value[1][1], where)};
    if (numberOf(value[1][0], where) != component.covariance[1])
        refuseFile(where + " is not symmetric.", "Write [[xx, xy], [xy, yy]].");
}

int readComponent(const json& value, const std::string& where, MixtureComponent& component, bool& hasWeight)
{
    if (!value.is_object())
        refuseFile(where + " is not an object.",
                   "Write {\"weight\": 0.5, \"mean\": [0, 0], \"cov\": [[1, 0], [0, 1]]}.");
    for (const auto& [key, unused] : value.items()) {
        const std::vector<std::string> known{"weight", "mean", "cov", "sd", "class"};
        if (std::find(known.begin(), known.end(), key) == known.end())
            refuseFile(where + " has the key \"" + key.substr(0, 40) +
                           "\", but keys are weight, mean, cov, sd and class.",
                       "Leave it out.");
    }
    if (!value.contains("mean"))
        refuseFile(where + " has no \"mean\".", "Give its middle, [x, y] or [x].");
    const int dimensions = readMean(value["mean"], where + ".mean", component);
    if (value.contains("cov") == value.contains("sd"))
        refuseFile(where + " needs one of \"cov\" and \"sd\".", "Write \"cov\": [[xx, xy], [xy, yy]].");
    if (value.contains("cov")) {
        readCovariance(value["cov"], dimensions, where + ".cov", component);
    } else {
        const double sd = numberOf(value["sd"], where + ".sd");
        component.covariance = {sd * sd, 0, sd * sd};
    }
    hasWeight = value.contains("weight");
    if (hasWeight)
        component.weight = numberOf(value["weight"], where + ".weight");
    if (value.contains("class")) {
        const double label = numberOf(value["class"], where + ".class");
        if (label != std::floor(label) || label < -1 || label >= mostClasses)
            refuseFile(
                where + ".class is not a whole number from 0 to " + std::to_string(mostClasses - 1) + ".",
                "Number the classes from 0.");
        component.label = int(label);
    }
    return dimensions;
}

json parsedMixture(const std::string& text, const std::string& what)
{
    try {
        return base::parsedStrictly("mixture " + what, text, mostJsonBytes);
    } catch (const Error& error) {
        throw Error(ErrorCode::invalidFile, error.what(), error.hint());
    }
}

}  // namespace

PointSet readPoints(const std::string& path, std::size_t mostRows)
{
    return pointsOfText(wholeFile(path, mostCsvBytes), path, mostRows);
}

PointSet pointsOfText(const std::string& text, const std::string& what, std::size_t mostRows)
{
    PointSet points;
    Columns columns;
    std::size_t number = 0;
    std::string_view rest = text;
    if (rest.starts_with("\xef\xbb\xbf"))  // the mark with which some editors begin a file
        rest.remove_prefix(3);
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const std::string_view line = trimmed(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        ++number;
        if (line.empty() || line.starts_with('#'))
            continue;
        const auto where = [&] { return "Line " + std::to_string(number) + " of " + what; };
        const auto fields = fieldsOf(line);
        if (columns.count == 0) {
            double first = 0;
            const bool isHeader = !readsAsNumber(fields.front(), first);
            columns = isHeader ? columnsOfHeader(fields, where()) : columnsOfNumbers(fields.size(), where());
            points.dimensions = columns.y < 0 ? 1 : 2;
            if (isHeader)
                continue;
        }
        if (fields.size() != columns.count)
            refuseFile(where() + " has " + std::to_string(fields.size()) + " columns, but the first has " +
                           std::to_string(columns.count) + ".",
                       "Give every row the same columns.");
        if (points.size() == mostRows)
            refuseFile(what + " has more than " + std::to_string(mostRows) + " points.",
                       "Take a part of them, such as every tenth.");
        const double x = coordinateOf(fields[std::size_t(columns.x)], where());
        const double y = columns.y < 0 ? 0 : coordinateOf(fields[std::size_t(columns.y)], where());
        points.add({x, y}, columns.label < 0 ? -1 : labelOf(fields[std::size_t(columns.label)], where()));
    }
    if (points.size() == 0)
        refuseFile(what + " has no points.", "Give at least one row of x, or x,y.");
    return points;
}

std::string csvOfPoints(const PointSet& points)
{
    const bool hasLabels =
        std::any_of(points.labels.begin(), points.labels.end(), [](int label) { return label >= 0; });
    std::string text = points.dimensions == 1 ? "x" : "x,y";
    text += hasLabels ? ",class\n" : "\n";
    for (std::size_t k = 0; k < points.size(); ++k) {
        const auto point = points.point(k);
        text += exactText(point[0]);
        if (points.dimensions == 2)
            text += "," + exactText(point[1]);
        if (hasLabels)
            text += "," + std::to_string(points.labels[k]);
        text += "\n";
    }
    return text;
}

PointMixture mixtureOfJson(const std::string& text, const std::string& what)
{
    const json root = parsedMixture(text, what);
    if (!root.is_object() || root.size() != 1 || !root.contains("components") ||
        !root["components"].is_array())
        refuseFile(what + " is not {\"components\": [...]}.",
                   "Write {\"components\": [{\"weight\": 1, \"mean\": [0, 0], \"cov\": [[1, 0], [0, 1]]}]}.");
    const json& list = root["components"];
    PointMixture mixture;
    std::size_t weights = 0;
    for (std::size_t k = 0; k < list.size(); ++k) {
        const std::string where = what + ": components[" + std::to_string(k) + "]";
        MixtureComponent component;
        bool hasWeight = false;
        const int dimensions = readComponent(list[k], where, component, hasWeight);
        if (k > 0 && dimensions != mixture.dimensions)
            refuseFile(where + " has " + std::to_string(dimensions) + " dimensions, but the first has " +
                           std::to_string(mixture.dimensions) + ".",
                       "Give all components the same dimensions.");
        mixture.dimensions = dimensions;
        mixture.components.push_back(component);
        weights += hasWeight ? 1 : 0;
    }
    if (weights != 0 && weights != list.size())
        refuseFile(what + " gives weights to some components only.", "Give all of them one, or none.");
    if (weights == 0)
        for (auto& component : mixture.components)
            component.weight = 1.0 / double(list.size());
    try {
        return checkedMixture(std::move(mixture), what);
    } catch (const Error& error) {
        throw Error(ErrorCode::invalidFile, error.what(), error.hint());
    }
}

std::string jsonOfMixture(const PointMixture& mixture)
{
    json list = json::array();
    for (const auto& component : mixture.components) {
        const auto& [xx, xy, yy] = component.covariance;
        json entry{{"weight", component.weight}};
        entry["mean"] = mixture.dimensions == 1 ? json::array({component.mean[0]})
                                                : json::array({component.mean[0], component.mean[1]});
        entry["cov"] = mixture.dimensions == 1 ? json::array({json::array({xx})})
                                               : json::array({json::array({xx, xy}), json::array({xy, yy})});
        if (component.label >= 0)
            entry["class"] = component.label;
        list.push_back(std::move(entry));
    }
    return json{{"components", std::move(list)}}.dump(2) + "\n";
}

PointMixture mixtureOfPicture(std::span<const double> darkness, int width, int height, double kernelWidth,
                              int mostComponentsOfPicture, const std::string& what)
{
    // Average blocks of pixels until the picture is small enough.
    int block = 1;
    while (std::size_t((width + block - 1) / block) * std::size_t((height + block - 1) / block) >
           std::size_t(mostComponentsOfPicture))
        ++block;
    const int columns = (width + block - 1) / block, rows = (height + block - 1) / block;
    const double side = 6.0 / std::max(columns, rows);
    const double sd = kernelWidth > 0 ? kernelWidth : side / 2;
    std::vector<double> weights(std::size_t(columns) * std::size_t(rows), 0);
    double sum = 0;
    for (int row = 0; row < height; ++row)
        for (int column = 0; column < width; ++column) {
            const double dark = darkness[std::size_t(row) * std::size_t(width) + std::size_t(column)];
            weights[std::size_t(row / block) * std::size_t(columns) + std::size_t(column / block)] += dark;
            sum += dark;
        }
    if (!(sum > 0))
        throw Error(ErrorCode::invalidOption, "The picture " + what + " is all white.",
                    "Dark places are where the data is dense; draw some.");
    PointMixture mixture;
    double kept = 0;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const double weight =
                weights[std::size_t(row) * std::size_t(columns) + std::size_t(column)] / sum;
            // A ground that is nearly white is white.
            if (weight < 0.02 / double(weights.size()))
                continue;
            kept += weight;
            mixture.components.push_back(
                {.weight = weight,
                 .mean = {(column + 0.5 - columns / 2.0) * side, (rows / 2.0 - row - 0.5) * side},
                 .covariance = {sd * sd, 0, sd * sd}});
        }
    for (auto& component : mixture.components)
        component.weight /= kept;
    return checkedMixture(std::move(mixture), what);
}

PointMixture mixtureOfFile(const std::string& path, double width, int pointsOfPicture)
{
    const std::string ending = lowered(fs::path(path).extension().string());
    if (ending == ".json") {
        if (width > 0)
            throw Error(ErrorCode::invalidOption, "A mixture has widths of its own; it takes no width.",
                        "Leave :width out, or change the \"cov\" of its components.");
        return mixtureOfJson(wholeFile(path, mostJsonBytes), path);
    }
    if (ending == ".csv" || ending == ".txt")
        return kernelMixture(readPoints(path), width > 0 ? width : 0.05, path);
    if (ending == ".png") {
        const base::Picture picture = base::readPng(path);
        std::vector<double> darkness;
        darkness.reserve(picture.pixels.size() / 3);
        for (std::size_t i = 0; i + 2 < picture.pixels.size(); i += 3)
            darkness.push_back(1 - (0.299 * picture.pixels[i] + 0.587 * picture.pixels[i + 1] +
                                    0.114 * picture.pixels[i + 2]) /
                                       255);
        return mixtureOfPicture(darkness, picture.width, picture.height, width, pointsOfPicture, path);
    }
    throw Error(ErrorCode::invalidFile, path + " is no file of points, mixture or picture.",
                "Give a file that ends with .csv, .json or .png.");
}

}  // namespace diffuscope::model
