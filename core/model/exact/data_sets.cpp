// SPDX-License-Identifier: GPL-3.0-or-later
// The table of data sets, and the names that choose from it.
#include "core/model/exact/data_sets.h"

#include "core/base/aliases.h"
#include "core/base/error.h"
#include "core/model/exact/outline.h"
#include "core/model/exact/plane_shapes.h"
#include "core/model/exact/point_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace diffuscope::model {

namespace {

using base::Option;
using base::OptionValues;

const std::string prefix = "exact:";
const std::string filePrefix = "file:";

Option widthOption(double value)
{
    return Option::number(
        "width", "Width", value, 1e-6, 10,
        "Standard deviation of the Gaussian at each point: the noise of the data. Towards 0 "
        "the model remembers its points and makes nothing new.");
}

Option pointsOption(int value)
{
    return Option::integer("points", "Points", value, 2, 20'000,
                           "How many Gaussians the shape is made of; more are smoother and slower.");
}

Option sdOption(double value)
{
    return Option::number("sd", "Standard deviation", value, 1e-6, 100,
                          "Standard deviation of each Gaussian.");
}

Option meanOption(double value, const char* explanation)
{
    return Option::number("mean", "Mean", value, -1000, 1000, explanation);
}

Option dimensionOption()
{
    return Option::integer("dim", "Dimensions", 1, 1, 2, "1 for data on a line, 2 for data in the plane.");
}

DataSet shape(std::string id, std::string displayName, std::string description, double width, int points,
              PointMixture (*make)(const ShapeOptions&))
{
    return {
        std::move(id),
        std::move(displayName),
        std::move(description),
        {widthOption(width), pointsOption(points)},
        [make](const OptionValues& values) {
            return make({.points = base::integer(values, "points"), .width = base::number(values, "width")});
        }};
}

PointMixture oneGaussian(const OptionValues& values)
{
    const double mean = base::number(values, "mean"), sd = base::number(values, "sd");
    return {.dimensions = base::integer(values, "dim"),
            .components = {{.weight = 1, .mean = {mean, 0}, .covariance = {sd * sd, 0, sd * sd}}}};
}

/// The weight is that of the left one.
PointMixture pairOfGaussians(const OptionValues& values)
{
    const double mean = base::number(values, "mean"), sd = base::number(values, "sd");
    const double weight = base::number(values, "weight");
    const std::array<double, 3> covariance{sd * sd, 0, sd * sd};
    return {.dimensions = base::integer(values, "dim"),
            .components = {{.weight = weight, .mean = {-mean, 0}, .covariance = covariance, .label = 0},
                           {.weight = 1 - weight, .mean = {mean, 0}, .covariance = covariance, .label = 1}}};
}

PointMixture unequalPairInThePlane(const OptionValues& values)
{
    const double weight = base::number(values, "weight");
    const double variance = base::number(values, "variance");
    const std::array<double, 3> covariance{variance, 0, variance};
    return {.dimensions = 2,
            .components = {{.weight = 1 - weight, .mean = {-1, -1}, .covariance = covariance, .label = 0},
                           {.weight = weight, .mean = {1, 1}, .covariance = covariance, .label = 1}}};
}

PointMixture alongLetters(const OptionValues& values)
{
    const auto strokes = wordStrokes(base::text(values, "word"));
    return kernelMixture(alongStrokes(strokes, std::size_t(base::integer(values, "points"))),
                         base::number(values, "width"), "the word");
}

PointMixture alongDinosaur(const OptionValues& values)
{
    return kernelMixture(alongStrokes(dinosaurStrokes(), std::size_t(base::integer(values, "points"))),
                         base::number(values, "width"), "the dinosaur");
}

std::vector<DataSet> gaussianSets()
{
    return {
        {"gaussian",
         "One Gaussian",
         "A single bell. Every sampler's error is known in closed form.",
         {sdOption(0.5), meanOption(0, "Where its middle is, on x."), dimensionOption()},
         oneGaussian},
        {"pair",
         "Pair of Gaussians",
         "Two bells at −mean and +mean. The noised density has one top or two, and each path decides once.",
         {meanOption(1, "Half the distance of the two."), sdOption(0.2),
          Option::number("weight", "Weight of the left one", 0.5, 0.001, 0.999,
                         "Share of the data at −mean; the rest is at +mean.", 3),
          dimensionOption()},
         pairOfGaussians},
        {"mixture",
         "Unequal pair in the plane",
         "A large bell at (−1, −1) and a small one at (1, 1). Langevin dynamics misses the small one, and "
         "annealing finds it.",
         {Option::number("weight", "Weight of the small one", 0.15, 0.001, 0.999,
                         "Share of the data at (1, 1); the rest is at (−1, −1).", 3),
          Option::number("variance", "Variance", 0.1, 1e-6, 100, "Variance of both, in each direction.")},
         unequalPairInThePlane},
        {"eight_gaussians",
         "Eight Gaussians",
         "Bells on a circle, a class each. It shows at a glance whether a sampler loses modes.",
         {Option::integer("modes", "Modes", 8, 1, 100, "How many bells."),
          Option::number("radius", "Radius", 4 / 1.414, 0, 100, "Radius of the circle."),
          sdOption(0.5 / 1.414)},
         [](const OptionValues& values) {
             return ringOfGaussians(base::integer(values, "modes"), base::number(values, "radius"),
                                    base::number(values, "sd"));
         }},
    };
}

std::vector<DataSet> curveSets()
{
    return {
        shape("moons", "Two moons", "Two half circles that reach into each other, a class each.", 0.2, 400,
              moonsShape),
        shape("circles", "Two circles", "A ring within a ring, a class each.", 0.24, 400, circlesShape),
        shape("swiss_roll", "Swiss roll", "A spiral strip, seen from its end.", 0.2, 600, swissRollShape),
        shape("s_curve", "S-curve", "A strip in the form of an S, seen from its end.", 0.1, 400, sCurveShape),
        shape("pinwheel", "Pinwheel", "Five bent arms, a class each.", 0.2, 200, pinwheelShape),
        shape("spirals", "Two spirals", "Two arms wound into each other, a class each.", 0.1, 600,
              spiralsShape),
        shape("checkerboard", "Checkerboard", "Eight squares with sharp edges and empty squares between.",
              0.08, 1152, checkerboardShape),
        shape("line", "Line", "A straight line: one-dimensional data in a two-dimensional space.", 0.1, 400,
              lineShape),
        shape("cosine", "Wave", "One period of a sine.", 0.1, 400, cosineShape),
    };
}

std::vector<DataSet> drawnSets()
{
    return {
        {"dinosaur",
         "Dinosaur",
         "The outline of a dinosaur, with its eye.",
         {widthOption(0.05), pointsOption(600)},
         alongDinosaur},
        {"text",
         "Letters",
         "A word in plain capitals, a class a letter.",
         {Option::text("word", "Word", "DDPM", "Up to 24 letters, digits and blanks."), widthOption(0.05),
          pointsOption(600)},
         alongLetters},
    };
}

std::vector<DataSet> allSets()
{
    std::vector<DataSet> sets = gaussianSets();
    for (auto group : {curveSets(), drawnSets()})
        for (auto& set : group)
            sets.push_back(std::move(set));
    return sets;
}

/// Other names of the sets, as the field has them.
std::string idOfAlias(const std::string& name)
{
    static const std::map<std::string, std::string> table{
        {"8gaussians", "eight_gaussians"},
        {"8_gaussians", "eight_gaussians"},
        {"two_moons", "moons"},
        {"swissroll", "swiss_roll"},
        {"scurve", "s_curve"},
        {"2spirals", "spirals"},
        {"two_spirals", "spirals"},
        {"two_circles", "circles"},
        {"dino", "dinosaur"},
        {"letters", "text"},
        {"cos", "cosine"},
        {"wave", "cosine"},
    };
    const auto found = table.find(name);
    return found == table.end() ? name : found->second;
}

const std::vector<Option>& fileOptions()
{
    static const std::vector<Option> options{
        Option::number("width", "Width", 0, 0, 10,
                       "Standard deviation of the Gaussian at each point; 0.05 for points, half a pixel for "
                       "pictures, none for mixtures."),
        Option::integer("points", "Points", 4000, 2, 20'000,
                        "How many pixels of a picture become points, at most.")};
    return options;
}

const std::vector<Option>& optionsOf(const std::string& id)
{
    return id == "file" ? fileOptions() : dataSet(id).options;
}

std::string ownerText(const std::string& id)
{
    return id == "file" ? "files of exact models" : "the data set \"" + id + "\"";
}

/// "a=1,b=2" into options; a part without '=' belongs to the value before it.
OptionValues assigned(const std::string& id, const std::string& text)
{
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string part = text.substr(begin, end - begin);
        if (!parts.empty() && part.find('=') == std::string::npos)
            parts.back() += "," + part;
        else
            parts.push_back(part);
        begin = end + 1;
    }
    OptionValues values;
    const std::vector<Option>& options = optionsOf(id);
    for (const auto& part : parts) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos)
            throw Error(ErrorCode::invalidOption, "\"" + part + "\" is no option of an exact model.",
                        "Write option=value, as in exact:gaussian:sd=0.5.");
        std::string name = part.substr(0, equals);
        const auto isNamed = [&name](const Option& option) { return option.id == name; };
        if (name == "noise" && std::none_of(options.begin(), options.end(), isNamed))
            name = "width";
        const auto option = std::find_if(options.begin(), options.end(), isNamed);
        if (option == options.end())
            base::completed(ownerText(id), options, {{name, 0.0}});  // says which there are
        else
            values[name] = base::parsed(ownerText(id), *option, part.substr(equals + 1));
    }
    // Of a file, a width that is given is above 0; the 0 of the table stands for the file's own.
    if (const auto width = values.find("width");
        id == "file" && width != values.end() && !(std::get<double>(width->second) > 0))
        throw Error(ErrorCode::invalidOption, "The width of the kernel must be above 0.",
                    "Set it to about 0.05; towards 0 the model remembers its points and makes nothing new.");
    base::completed(ownerText(id), options, values);
    return values;
}

std::string valueText(const base::OptionValue& value)
{
    if (const bool* toggle = std::get_if<bool>(&value))
        return *toggle ? "true" : "false";
    if (const std::string* text = std::get_if<std::string>(&value))
        return *text;
    char text[40];
    for (const int digits : {6, 15, 17}) {
        std::snprintf(text, sizeof text, "%.*g", digits, std::get<double>(value));
        if (std::stod(text) == std::get<double>(value))
            break;
    }
    return text;
}

}  // namespace

const std::vector<DataSet>& dataSets()
{
    static const std::vector<DataSet> sets = allSets();
    return sets;
}

const DataSet& dataSet(const std::string& id)
{
    std::vector<std::string> names;
    for (const auto& set : dataSets()) {
        if (set.id == id)
            return set;
        names.push_back(set.id);
    }
    const std::string nearest = base::nearestName(id, names);
    std::string list;
    for (const auto& name : names)
        list += (list.empty() ? "" : ", ") + name;
    throw Error(ErrorCode::invalidOption, "There is no exact model of \"" + id + "\".",
                nearest.empty() ? "There are " + list + " and file." : "Did you mean exact:" + nearest + "?");
}

bool isExactName(const std::string& name)
{
    return name.starts_with(prefix);
}

ExactName parsedExactName(const std::string& name)
{
    if (!isExactName(name))
        throw Error(ErrorCode::invalidOption, "\"" + name + "\" is no exact model.",
                    "Write exact: and the name of its data, as in exact:moons.");
    const std::string rest = name.substr(prefix.size());
    if (rest.starts_with(filePrefix)) {
        const std::string path = rest.substr(filePrefix.size());
        // What follows the last colon are options where it has a '=' and no folder in it.
        const std::size_t colon = path.rfind(':');
        const std::string last = colon == std::string::npos ? "" : path.substr(colon + 1);
        const bool hasOptions = last.find('=') != std::string::npos && last.find('/') == std::string::npos;
        ExactName parsed{.id = "file", .path = hasOptions ? path.substr(0, colon) : path, .options = {}};
        if (parsed.path.empty())
            throw Error(ErrorCode::invalidOption, "exact:file: needs the path of a file.",
                        "Write exact:file:points.csv or exact:file:mixture.json.");
        if (hasOptions)
            parsed.options = assigned("file", last);
        return parsed;
    }
    const std::size_t colon = rest.find(':');
    ExactName parsed{.id = idOfAlias(base::canonicalName(rest.substr(0, colon))), .path = {}, .options = {}};
    dataSet(parsed.id);
    if (colon != std::string::npos)
        parsed.options = assigned(parsed.id, rest.substr(colon + 1));
    return parsed;
}

PointMixture exactData(const std::string& name)
{
    return exactData(parsedExactName(name));
}

PointMixture exactData(const ExactName& name)
{
    const OptionValues values = base::completed(ownerText(name.id), optionsOf(name.id), name.options);
    if (name.id == "file")
        return mixtureOfFile(name.path, base::number(values, "width"), base::integer(values, "points"));
    return checkedMixture(dataSet(name.id).make(values), "exact:" + name.id);
}

std::string exactTitle(const ExactName& name)
{
    return name.id == "file" ? "Data of " + std::filesystem::path(name.path).filename().string()
                             : dataSet(name.id).displayName;
}

std::string canonicalExactName(const ExactName& name)
{
    std::string text = prefix + (name.id == "file" ? filePrefix + name.path : name.id);
    std::string options;
    for (const Option& option : optionsOf(name.id)) {
        const auto found = name.options.find(option.id);
        if (found != name.options.end() && found->second != option.defaultValue)
            options += (options.empty() ? "" : ",") + option.id + "=" + valueText(found->second);
    }
    return options.empty() ? text : text + ":" + options;
}

}  // namespace diffuscope::model
