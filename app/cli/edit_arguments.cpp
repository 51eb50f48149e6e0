// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/edit_arguments.h"

#include "core/base/error.h"
#include "core/edit/measurement.h"
#include "core/edit/methods.h"
#include "core/edit/picture_fit.h"
#include "core/model/catalog.h"
#include "core/model/exact/data_sets.h"
#include "core/recipe/recipe_fields.h"

#include <algorithm>
#include <sstream>

namespace diffuscope::cli {

namespace {

/// A picture at the size of the model's, kept.
std::string keptPicture(const std::string& path, const EditArguments& arguments, const recipe::Recipe& recipe,
                        bool isInverted)
{
    if (model::isExactName(recipe.model))
        throw Error(ErrorCode::invalidOption, "A model of points has no pictures to start from or to heed.",
                    "Give --start-points FILE.csv, or --measure line:angle=0,value=1.");
    const auto entry = model::findModel(model::modelFolders(), recipe.model);
    const model::SampleSpace& space = entry.card->space;
    base::Picture picture = base::readPicture(path);
    if (space.kind == model::SampleKind::pixels) {
        const auto fit = arguments.fit == "contain" ? edit::Fit::contain : edit::Fit::crop;
        picture = edit::fitted(picture, space.width, space.height, fit, isInverted);
    }
    return arguments.pictures->add(std::move(picture));
}

/// "blur:sigma=2,noise=0.1": the name, and its options as the lists describe them.
std::string readEntry(const std::string& owner, const std::string& text,
                      const std::function<std::vector<base::Option>(const std::string& id)>& optionsOf,
                      base::OptionValues& target)
{
    const auto colon = text.find(':');
    const std::string id = text.substr(0, colon);
    const std::vector<base::Option> options = optionsOf(id);
    if (colon == std::string::npos)
        return id;
    std::istringstream parts(text.substr(colon + 1));
    for (std::string part; std::getline(parts, part, ',');) {
        const auto equals = part.find('=');
        const std::string name = part.substr(0, equals);
        const auto option = std::find_if(options.begin(), options.end(),
                                         [&](const base::Option& each) { return each.id == name; });
        if (equals == std::string::npos || option == options.end()) {
            std::string names;
            for (const base::Option& each : options)
                names += (names.empty() ? "" : ", ") + each.id;
            throw Error(ErrorCode::invalidOption,
                        "\"" + part.substr(0, 60) + "\" is no option of the " + owner + " " + id + ".",
                        names.empty() ? "It has none." : "It has: " + names + ".");
        }
        target[name] = base::parsed(owner + " \"" + id + "\"", *option, part.substr(equals + 1));
    }
    return id;
}

void applyStart(const EditArguments& arguments, recipe::Recipe& recipe)
{
    if (!arguments.start.empty() && !arguments.invert.empty())
        throw Error(ErrorCode::invalidOption,
                    "A run starts from a noised picture or from an inverted one, not both.",
                    "Leave --start or --invert away.");
    if (!arguments.start.empty())
        recipe.start = {.kind = recipe::StartKind::picture,
                        .picture = keptPicture(arguments.start, arguments, recipe, arguments.isInverted),
                        .strength = arguments.strength.value_or(0.6)};
    else if (!arguments.invert.empty()) {
        const auto colon = arguments.invert.rfind(':');
        const std::string how = colon == std::string::npos ? "exact" : arguments.invert.substr(colon + 1);
        recipe.start = {.kind = recipe::StartKind::inverted,
                        .picture = keptPicture(arguments.invert.substr(0, colon), arguments, recipe,
                                               arguments.isInverted),
                        .inversion = how};
    } else if (arguments.strength) {
        if (recipe.start.kind != recipe::StartKind::picture)
            throw Error(ErrorCode::invalidOption,
                        "--strength says how far a picture is changed, and there is none.",
                        "Give --start FILE.png as well.");
        recipe.start.strength = *arguments.strength;
    }
}

void applyMeasurement(const EditArguments& arguments, recipe::Recipe& recipe)
{
    recipe::Measurement& measurement = recipe.measurement;
    if (!arguments.measure.empty()) {
        measurement = {};
        measurement.kind = readEntry(
            "measurement", arguments.measure,
            [](const std::string& id) { return edit::optionsOf(edit::measurementKind(id)); },
            measurement.options);
    } else if (!arguments.mask.empty() && measurement.isNone()) {
        measurement.kind = "mask";
    }
    if (measurement.isNone()) {
        if (!arguments.known.empty() || !arguments.method.empty())
            throw Error(ErrorCode::invalidOption, "It is not said what of the picture is known.",
                        "Give --mask FILE.png, or --measure blur:sigma=2 (or fewer_pixels, grey, lines).");
        return;
    }
    if (!arguments.known.empty())
        measurement.known = keptPicture(arguments.known, arguments, recipe, arguments.isInverted);
    if (!arguments.mask.empty())
        measurement.mask = keptPicture(arguments.mask, arguments, recipe, false);
    if (!arguments.method.empty())
        measurement.method = readEntry(
            "method", arguments.method, [](const std::string& id) { return edit::method(id).options; },
            measurement.options);
    else if (measurement.method.empty())
        measurement.method = "ddnm";
}

}  // namespace

void addEditFlags(CLI::App& command, RecipeArguments& arguments)
{
    EditArguments& edit = arguments.edit;
    command
        .add_option("--start", edit.start,
                    "Start from this picture, noised as --strength says, in the place of pure noise")
        ->type_name("PICTURE");
    command
        .add_option(
            "--strength", edit.strength,
            "How much of the way from noise is made: near 0 the picture hardly changes, at 1 little of it is "
            "left; default: 0.6")
        ->type_name("SHARE")
        ->check(CLI::Range(0.0, 1.0));
    command
        .add_option(
            "--invert", edit.invert,
            "Start from the noise that the recipe makes this picture of: :exact (solved step by step), :ddim "
            "(quick), or :ddpm (with the sampler ddpm)")
        ->type_name("PICTURE:HOW");
    command.add_option("--known", edit.known, "The picture that was measured")->type_name("PICTURE");
    command
        .add_option("--mask", edit.mask, "White where the picture is to be filled, black where it is known")
        ->type_name("PICTURE");
    command
        .add_option(
            "--measure", edit.measure,
            "What of the picture is known: mask, lines:keep=2, fewer_pixels:factor=4, blur:sigma=2, grey; of "
            "points line:angle=0,value=1; each also with noise=0.1")
        ->type_name("KIND[:OPTION=VALUE,...]");
    command
        .add_option(
            "--method", edit.method,
            "How it is heeded: replacement, repaint:jump=1,resample=10, ddnm, ddrm, dps:scale=1, pigdm; "
            "default: ddnm")
        ->type_name("NAME[:OPTION=VALUE,...]");
    command
        .add_option("--fit", edit.fit, "Pictures of another shape: crop their middle, or contain them whole")
        ->type_name("crop|contain")
        ->check(CLI::IsMember({"crop", "contain"}))
        ->default_str("crop");
    command.add_flag("--inverted", edit.isInverted,
                     "Exchange light and dark of the picture, not of the mask");
}

void applyEdits(const EditArguments& arguments, recipe::Recipe& recipe)
{
    applyStart(arguments, recipe);
    applyMeasurement(arguments, recipe);
}

std::vector<std::shared_ptr<const base::Picture>> picturesOf(const EditArguments& arguments,
                                                             const recipe::Recipe& recipe)
{
    std::vector<std::shared_ptr<const base::Picture>> pictures;
    for (const std::string& hash : recipe::picturesOf(recipe))
        if (arguments.pictures->contains(hash))
            pictures.push_back(arguments.pictures->get(hash, "of the recipe"));
    return pictures;
}

}  // namespace diffuscope::cli
