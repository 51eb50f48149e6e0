// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/recipe_arguments.h"

#include "app/cli/class_list.h"
#include "app/cli/edit_arguments.h"
#include "app/cli/registry_view.h"
#include "app/cli/text_layout.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/exports/picture.h"
#include "core/model/catalog.h"
#include "core/model/exact/data_sets.h"
#include "core/model/usual_settings.h"
#include "core/session/share_link.h"

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <numeric>

namespace diffuscope::cli {

using base::EntryKind;

namespace {

/// Enough for any recipe; the reader of recipes says what is too long.
constexpr std::size_t mostRecipeBytes = recipe::longestPlanText + 1;

std::string readAll(std::istream& stream)
{
    std::string text;
    char block[4096];
    while (text.size() < mostRecipeBytes && (stream.read(block, sizeof block) || stream.gcount() > 0))
        text.append(block, std::size_t(stream.gcount()));
    return text;
}

recipe::RunPlan readPlan(const std::string& path, edit::PictureStore& pictures)
{
    if (path == "-") {
        static const std::string standardInput = readAll(std::cin);  // it can be read once
        return recipe::planFromJson(standardInput);
    }
    if (exports::isPng(path)) {
        for (base::Picture& picture : exports::readPicturesOfPicture(path))
            pictures.add(std::move(picture));
        return recipe::planFromJson(exports::readRecipeOfPicture(path));
    }
    if (session::looksLikeLink(path))
        return session::stateOfLink(path).plan;
    if (path.starts_with('{'))  // copied from the window
        return recipe::planFromJson(path);
    std::ifstream file(path, std::ios::binary);
    if (!file || std::filesystem::is_directory(path)) {
        throw Error(ErrorCode::missingFile, "The recipe " + path + " cannot be read.",
                    "Give a file that was written beside an output, or - for the standard input.");
    }
    try {
        return recipe::planFromJson(readAll(file));
    } catch (const Error& error) {
        throw Error(ErrorCode::invalidFile, path + ": " + error.what(), error.hint());
    }
}

// What the flags say of one entry, on top of what there was.
void apply(EntryKind kind, const EntryArguments& arguments, std::string& id, base::OptionValues& options)
{
    ChosenEntry entry{id, options};
    if (arguments.text)
        entry = chosenEntry(kind, *arguments.text);
    else
        entry.id = findEntry(kind, id).id;
    assignOptions(kind, entry, arguments.options);
    id = std::move(entry.id);
    options = std::move(entry.options);
}

void applySchedule(const EntryArguments& arguments, recipe::Recipe& recipe)
{
    if (arguments.text && base::canonicalName(*arguments.text) == "model") {
        recipe.schedule.reset();
        if (!arguments.options.empty()) {
            throw Error(ErrorCode::invalidOption,
                        "--schedule-option needs a schedule; the model's own has its options already.");
        }
        return;
    }
    if (!arguments.text && !recipe.schedule) {
        if (!arguments.options.empty())
            throw Error(ErrorCode::invalidOption, "--schedule-option needs --schedule.");
        return;
    }
    schedule::ScheduleSpec spec = recipe.schedule.value_or(schedule::ScheduleSpec{});
    apply(EntryKind::schedule, arguments, spec.family, spec.options);
    recipe.schedule = std::move(spec);
}

// Exact data without a class is asked for whole, and is not cut to the range of pixels.
void applyExactClasses(const RecipeArguments& arguments, recipe::Recipe& recipe)
{
    if (arguments.file.empty()) {
        recipe.condition = recipe::Condition::none();
        recipe.clipping = {.rule = "none", .options = {}};
    }
    if (arguments.classes)
        recipe.condition.classes =
            parseClassList(*arguments.classes, model::exactData(recipe.model).classes());
}

void applyClasses(const RecipeArguments& arguments, recipe::Recipe& recipe)
{
    if (model::isExactName(recipe.model)) {
        applyExactClasses(arguments, recipe);
        return;
    }
    const auto model = model::findModel(model::modelFolders(), recipe.model);
    const int classes = int(model.card->classNames.size());
    if (model.card->readsText() && arguments.file.empty())
        recipe.condition = recipe::Condition::none();
    if (model.card->readsText() && arguments.classes && *arguments.classes != "none") {
        throw Error(ErrorCode::invalidOption,
                    "The model \"" + model.id + "\" knows no classes; it reads a prompt.",
                    "Give --prompt in the place of --class.");
    }
    if (arguments.classes) {
        recipe.condition.classes = parseClassList(*arguments.classes, classes);
    } else if (arguments.file.empty()) {
        recipe.condition.classes.resize(std::size_t(classes));
        std::iota(recipe.condition.classes.begin(), recipe.condition.classes.end(), 0);
    }
    auto& text = recipe.condition.text;
    text.prompt = arguments.prompt.value_or(text.prompt);
    text.negative = arguments.negative.value_or(text.negative);
    text.second = arguments.second.value_or(text.second);
    // A second prompt alone is to be seen: half of each.
    text.blend = arguments.blend.value_or(arguments.second && text.blend == 0 ? 0.5 : text.blend);
}

void addEntryFlags(CLI::App& command, EntryArguments& arguments, const std::string& flag, EntryKind kind,
                   const std::string& description)
{
    command.add_option("--" + flag, arguments.text, description)->type_name("NAME[:OPTION=VALUE,...]");
    command
        .add_option("--" + noun(kind) + "-option", arguments.options,
                    "Option of the " + noun(kind) + "; may be given again")
        ->type_name("OPTION=VALUE")
        ->take_all()
        ->allow_extra_args(false);
}

// Texts that are no number of the kind are refused in words, before CLI11 converts them.
template <typename Number>
std::function<std::string(const std::string&)> isNumber(const std::string& what)
{
    return [what](const std::string& text) -> std::string {
        Number number{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool whole = error == std::errc() && end == text.data() + text.size();
        return whole ? "" : "\"" + text.substr(0, 60) + "\" is not " + what;
    };
}

}  // namespace

void addRecipeFlags(CLI::App& command, RecipeArguments& arguments, const recipe::Recipe& defaults)
{
    command
        .add_option("--recipe", arguments.file,
                    "Recipe to start from, also out of an exported PNG, or its text as the window copies it; "
                    "- for the "
                    "standard input; other flags go on top of it")
        ->type_name("FILE.json|.png");
    command.add_option("--model", arguments.model, "Name of a model, or its folder")
        ->type_name("NAME")
        ->default_str(defaults.model);
    command
        .add_option("--class", arguments.classes,
                    "A class (7), classes in turn (0-9 or 1,3,5), or none; default: all in turn")
        ->type_name("CLASSES");
    command
        .add_option("--prompt", arguments.prompt,
                    "What the images are to show, in the model's words; empty: anything")
        ->type_name("WORDS");
    command
        .add_option("--negative", arguments.negative,
                    "What guidance leads away from, in the place of the prediction without a prompt")
        ->type_name("WORDS");
    command.add_option("--second-prompt", arguments.second, "A prompt to blend with the first")
        ->type_name("WORDS");
    command.add_option("--blend", arguments.blend, "Weight of the second prompt, from 0 to 1; default: 0.5")
        ->type_name("SHARE")
        ->check(isNumber<double>("a number from 0 to 1"))
        ->check(CLI::Range(0.0, 1.0));
    addEntryFlags(command, arguments.schedule, "schedule", EntryKind::schedule,
                  "Schedule to sample on; default: model, the model's own");
    addEntryFlags(command, arguments.grid, "grid", EntryKind::grid,
                  "Rule of the time grid; default: " + defaults.grid.rule);
    command
        .add_option("--guidance", arguments.scale,
                    "Guidance scale; 1 is none; default: the best of the model, where its card names it")
        ->type_name("SCALE")
        ->check(isNumber<double>("a number from -20 to 50"))
        ->default_str(formatted(defaults.guidance.scale, 6));
    addEntryFlags(
        command, arguments.guidance, "guidance-rule", EntryKind::guidance,
        "Rule of guidance (negative class, rescale, interval …); default: " + defaults.guidance.rule);
    addEntryFlags(command, arguments.clipping, "clipping", EntryKind::clipping,
                  "How estimates are kept in range; default: " + defaults.clipping.rule);
    command
        .add_option("--without", arguments.without,
                    "A part of the network to leave out, or \"condition\"; more of them by giving it again; "
                    "\"network\" lists the parts")
        ->type_name("PART")
        ->allow_extra_args(false);
    command
        .add_option("--time-offset", arguments.timeOffset,
                    "Added to the time that the network is told, not to the true one; default: 0")
        ->type_name("TIME")
        ->check(isNumber<double>("a number"))
        ->check(CLI::Range(-recipe::farthestTime, recipe::farthestTime));
    command
        .add_option("--frozen-time", arguments.frozenTime,
                    "The one time that the network is told in every step")
        ->type_name("TIME")
        ->check(isNumber<double>("a number"))
        ->check(CLI::Range(0.0, recipe::farthestTime));
    command.add_option("--seed", arguments.seed, "Seed of all noise")
        ->type_name("NUMBER")
        ->check(isNumber<std::uint64_t>("a whole number from 0 to 18446744073709551615"))
        ->default_str(std::to_string(defaults.seed));
    command.add_option("--device", arguments.device, "auto, cpu or cuda")
        ->type_name("NAME")
        ->default_str(arguments.device);
    command
        .add_option("--precision", arguments.precision,
                    "Of the network: float32, bfloat16 (faster where the processor multiplies it) or auto")
        ->type_name("NAME")
        ->default_str(arguments.precision);
    command.add_option("--threads", arguments.threads, "Threads; 0: one a core")
        ->type_name("NUMBER")
        ->check(CLI::Range(0, 256))
        ->default_str("0");
}

void addRunFlags(CLI::App& command, RecipeArguments& arguments, const recipe::Recipe& defaults)
{
    addEntryFlags(command, arguments.sampler, "sampler", EntryKind::sampler,
                  "Sampler; default: " + defaults.sampler.id);
    command.add_option("--steps", arguments.steps, "Steps")
        ->type_name("NUMBER")
        ->check(isNumber<int>("a whole number from 1 up"))
        ->default_str(std::to_string(defaults.steps));
    command.add_option("--count", arguments.batch, "Images")
        ->type_name("NUMBER")
        ->check([](const std::string& text) -> std::string {
            const std::string refused = isNumber<int>("a whole number from 1 up")(text);
            const bool fits = refused.empty() && std::stoi(text) >= 1 && std::stoi(text) <= mostPoints;
            return fits ? ""
                        : "\"" + text.substr(0, 60) + "\" is not from 1 to " + std::to_string(mostImages) +
                              " (points: to " + std::to_string(mostPoints) + ")";
        })
        ->default_str(std::to_string(defaults.batch));
}

namespace {

/// What suits the model, where its card says so: guidance, grid and steps. A model that cannot be read is for
/// the run to refuse.
void takeUsualSettings(recipe::Recipe& recipe)
{
    try {
        const model::ModelCard card = model::findModel(model::modelFolders(), recipe.model).card.value();
        const model::UsualSettings usual = model::usualSettings(card);
        if (card.guidance > 0)
            recipe.guidance.scale = card.guidance;
        if (usual != model::UsualSettings{}) {
            recipe.grid = {usual.grid, {}};
            recipe.steps = usual.steps;
            recipe.clipping = {usual.clipping, {}};
            recipe.batch = usual.samples;
        }
    } catch (const Error&) {
        return;
    }
}

}  // namespace

recipe::RunPlan planOf(const RecipeArguments& arguments, recipe::Recipe defaults)
{
    recipe::RunPlan plan = arguments.file.empty() ? recipe::RunPlan{std::move(defaults), {}}
                                                  : readPlan(arguments.file, *arguments.edit.pictures);
    recipe::Recipe& recipe = plan.recipe;
    recipe.model = arguments.model.value_or(recipe.model);
    if (arguments.file.empty())
        takeUsualSettings(recipe);
    applyClasses(arguments, recipe);
    applySchedule(arguments.schedule, recipe);
    apply(EntryKind::grid, arguments.grid, recipe.grid.rule, recipe.grid.options);
    apply(EntryKind::sampler, arguments.sampler, recipe.sampler.id, recipe.sampler.options);
    apply(EntryKind::guidance, arguments.guidance, recipe.guidance.rule, recipe.guidance.options);
    apply(EntryKind::clipping, arguments.clipping, recipe.clipping.rule, recipe.clipping.options);
    recipe.guidance.scale = arguments.scale.value_or(recipe.guidance.scale);
    recipe.seed = arguments.seed.value_or(recipe.seed);
    recipe.steps = arguments.steps.value_or(recipe.steps);
    recipe.batch = arguments.batch.value_or(recipe.batch);
    for (const std::string& part : arguments.without)
        recipe.network.set(part == "class" || part == "text" ? recipe::wholeCondition : part, true);
    recipe.network.timeOffset = arguments.timeOffset.value_or(recipe.network.timeOffset);
    if (arguments.frozenTime)
        recipe.network.frozenTime = arguments.frozenTime;
    applyEdits(arguments.edit, recipe);
    return plan;
}

recipe::Recipe recipeOf(const RecipeArguments& arguments, recipe::Recipe defaults)
{
    recipe::RunPlan plan = planOf(arguments, std::move(defaults));
    if (plan.from) {
        throw Error(ErrorCode::invalidOption,
                    "The recipe is of a branch, which begins at frame " + std::to_string(plan.from->frame) +
                        " of another run; this command samples whole runs.",
                    "Use \"sample\" or \"export-run\", or give the recipe of a run that starts from noise.");
    }
    return std::move(plan.recipe);
}

run::RunLimits limitsOf(const RecipeArguments& arguments)
{
    run::RunLimits limits;
    limits.maximumBatch = mostImages;
    limits.threads = arguments.threads;
    limits.device = arguments.device;
    limits.precision = arguments.precision;
    limits.pictures = arguments.edit.pictures;
    return limits;
}

void printComputation(const run::Computation& computation, const std::string& askedPrecision)
{
    if (askedPrecision == "auto")
        std::printf("precision: %s (%s)\n", computation.precision.c_str(), computation.reason.c_str());
    if (!computation.notice.empty()) {
        std::printf("note: the network is evaluated module by module, which is slower. %s\n",
                    computation.notice.c_str());
    }
}

void writeRecipeBeside(const std::string& output, const recipe::RunPlan& plan)
{
    if (base::isStream(output))
        return;
    std::filesystem::path path(output);
    path.replace_extension(".recipe.json");
    base::writeFileAtomically(path.string(), recipe::toJson(plan));
}

}  // namespace diffuscope::cli
