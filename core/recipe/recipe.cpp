// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/recipe/recipe.h"

#include "core/base/aliases.h"
#include "core/base/error.h"
#include "core/recipe/former_meanings.h"
#include "core/recipe/guidance_curve.h"
#include "core/recipe/recipe_json.h"
#include "core/schedule/schedule_registry.h"

#include <cmath>

namespace diffuscope::recipe {

namespace {

using base::OptionValues;
using nlohmann::json;
using nlohmann::ordered_json;

/// Raised when a key changes its meaning; a file of a later version is refused, not guessed at. A recipe is
/// written in the first version in which it means the same.
constexpr int formatVersion = 2;

constexpr std::size_t longestName = 200;
constexpr std::size_t longestText = 64 * 1024;
constexpr std::size_t mostOptions = 200;
constexpr int mostSteps = 10'000;
constexpr int highestClass = 99'999;
/// Far more than any model reads; what a model cannot read it refuses itself, by name.
constexpr std::size_t longestPrompt = 4096;

ordered_json written(const OptionValues& values)
{
    ordered_json object = ordered_json::object();
    for (const auto& [id, value] : values)
        std::visit([&object, &key = id](const auto& plain) { object[key] = plain; }, value);
    return object;
}

ordered_json written(const char* nameKey, const std::string& name, const OptionValues& options)
{
    return {{nameKey, name}, {"options", written(options)}};
}

void checkFinite(const std::string& where, const OptionValues& values)
{
    for (const auto& [id, value] : values)
        if (const double* number = std::get_if<double>(&value); number && !std::isfinite(*number))
            throw Error(ErrorCode::invalidOption, "\"" + where + "." + id + "\" is not finite.",
                        "Set it to a number.");
}

void checkFinite(const Recipe& recipe)
{
    if (!std::isfinite(recipe.guidance.scale))
        throw Error(ErrorCode::invalidOption, "\"recipe.guidance.scale\" is not finite.",
                    "Set it to a number.");
    if (!std::isfinite(recipe.condition.text.blend))
        throw Error(ErrorCode::invalidOption, "\"recipe.condition.blend\" is not finite.",
                    "Set it to a number from 0 to 1.");
    if (recipe.schedule)
        checkFinite("recipe.schedule.options", recipe.schedule->options);
    checkFinite("recipe.grid.options", recipe.grid.options);
    checkFinite("recipe.sampler.options", recipe.sampler.options);
    checkFinite("recipe.guidance.options", recipe.guidance.options);
    checkFinite("recipe.clipping.options", recipe.clipping.options);
    checkFinite("recipe.measurement.options", recipe.measurement.options);
    if (!std::isfinite(recipe.start.strength))
        throw Error(ErrorCode::invalidOption, "\"recipe.start.strength\" is not finite.",
                    "Set it to a number from 0 to 1.");
}

void readOptions(base::JsonObjectReader& owner, OptionValues& target)
{
    const json* object = owner.find("options");
    if (!object)
        return;
    if (!object->is_object() || object->size() > mostOptions)
        owner.refuse("options", "an object of options");
    target.clear();
    for (const auto& [id, value] : object->items())
        if (value.is_boolean())
            target[id] = value.get<bool>();
        else if (value.is_number())
            target[id] = value.get<double>();
        else if (value.is_string() && value.get_ref<const std::string&>().size() <= longestText)
            target[id] = value.get<std::string>();
        else
            owner.refuse("options." + id, "true, false, a number or a text of at most 64 KiB");
}

/// Another program's name becomes this one's, and the options that it implies stand below those given.
void resolveName(base::EntryKind kind, std::string& name, OptionValues& options)
{
    base::NamedEntry entry = base::namedEntry(kind, name);
    name = std::move(entry.id);
    options.merge(entry.preset);
}

/// {"<nameKey>": …, "options": {…}}
void readSpec(base::JsonObjectReader& recipe, const char* key, const char* nameKey, std::string& name,
              OptionValues& options)
{
    const json* object = recipe.find(key);
    if (!object)
        return;
    base::JsonObjectReader reader(*object, recipe.pathOf(key));
    reader.read(nameKey, name, longestName);
    readOptions(reader, options);
    reader.finish();
}

void readSchedule(base::JsonObjectReader& recipe, std::optional<schedule::ScheduleSpec>& target)
{
    const json* object = recipe.find("schedule");
    target.reset();
    if (!object || object->is_null())
        return;
    target.emplace();
    readSpec(recipe, "schedule", "family", target->family, target->options);
    resolveName(base::EntryKind::schedule, target->family, target->options);
    const auto& family = schedule::scheduleFamily(target->family);
    base::completed("schedule " + family.displayName, family.options, target->options);
}

void readGrid(base::JsonObjectReader& recipe, schedule::GridSpec& target)
{
    readSpec(recipe, "grid", "rule", target.rule, target.options);
    resolveName(base::EntryKind::grid, target.rule, target.options);
    const auto& rule = schedule::gridRule(target.rule);
    base::completed("grid " + rule.displayName, rule.options, target.options);
}

/// Any text: what the model cannot read of it, it says itself when the run starts.
void readPrompt(base::JsonObjectReader& condition, const char* key, std::string& target)
{
    const json* value = condition.find(key);
    if (!value)
        return;
    if (!value->is_string() || value->get_ref<const std::string&>().size() > longestPrompt)
        condition.refuse(key, "a text of at most " + std::to_string(longestPrompt) + " characters");
    target = value->get<std::string>();
}

void readCondition(base::JsonObjectReader& recipe, recipe::Condition& target)
{
    const json* object = recipe.find("condition");
    if (!object)
        return;
    base::JsonObjectReader reader(*object, recipe.pathOf("condition"));
    const std::string expected = "a list of at most " + std::to_string(mostSamples) +
                                 " class numbers from 0 to " + std::to_string(highestClass);
    if (const json* classes = reader.find("classes")) {
        if (!classes->is_array() || classes->size() > std::size_t(mostSamples))
            reader.refuse("classes", expected);
        target.classes.clear();
        for (const auto& label : *classes) {
            if (!label.is_number_unsigned() || label.get<std::uint64_t>() > std::uint64_t(highestClass))
                reader.refuse("classes", expected);
            target.classes.push_back(label.get<int>());
        }
    }
    const bool hasText = reader.find("prompt") || reader.find("negative") || reader.find("second_prompt");
    if (hasText && !object->contains("classes"))
        target.classes.clear();
    readPrompt(reader, "prompt", target.text.prompt);
    readPrompt(reader, "negative", target.text.negative);
    readPrompt(reader, "second_prompt", target.text.second);
    reader.read("blend", target.text.blend, 0.0, 1.0);
    reader.finish();
}

/// Texts are written where there are any, so that a recipe without them is what it always was.
ordered_json written(const recipe::Condition& condition)
{
    ordered_json object = {{"classes", condition.classes}};
    const recipe::TextCondition& text = condition.text;
    const auto write = [&object](const char* key, const std::string& words) {
        if (!words.empty())
            object[key] = words;
    };
    write("prompt", text.prompt);
    write("negative", text.negative);
    write("second_prompt", text.second);
    if (text.blend != 0)
        object["blend"] = text.blend;
    return object;
}

/// 64 hexadecimal digits.
void readHash(base::JsonObjectReader& owner, const char* key, std::string& target)
{
    const json* value = owner.find(key);
    if (!value)
        return;
    constexpr std::size_t hashDigits = 64;
    const bool isHash =
        value->is_string() && value->get_ref<const std::string&>().size() == hashDigits &&
        value->get_ref<const std::string&>().find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!isHash)
        owner.refuse(key, "the SHA-256 of a picture, 64 hexadecimal digits");
    target = value->get<std::string>();
}

void readStart(base::JsonObjectReader& recipe, Start& target)
{
    const json* object = recipe.find("start");
    if (!object)
        return;
    base::JsonObjectReader reader(*object, recipe.pathOf("start"));
    std::string kind = toString(target.kind);
    reader.read("kind", kind, longestName);
    bool isKnown = false;
    for (const StartKind candidate : {StartKind::noise, StartKind::picture, StartKind::inverted})
        if (toString(candidate) == kind) {
            target.kind = candidate;
            isKnown = true;
        }
    if (!isKnown)
        reader.refuse("kind", "noise, picture or inverted");
    readHash(reader, "picture", target.picture);
    reader.read("strength", target.strength, 0.0, 1.0);
    reader.read("inversion", target.inversion, longestName);
    reader.finish();
    if (target.kind != StartKind::noise && target.picture.empty())
        reader.refuse("picture", "the SHA-256 of a picture, 64 hexadecimal digits");
}

void readMeasurement(base::JsonObjectReader& recipe, Measurement& target)
{
    const json* object = recipe.find("measurement");
    if (!object)
        return;
    base::JsonObjectReader reader(*object, recipe.pathOf("measurement"));
    reader.read("kind", target.kind, longestName);
    readHash(reader, "known", target.known);
    readHash(reader, "mask", target.mask);
    reader.read("method", target.method, longestName);
    readOptions(reader, target.options);
    reader.finish();
}

/// Both are written where they say something, so that a recipe without them is what it always was.
void writeStart(const Recipe& recipe, ordered_json& object)
{
    if (recipe.start != Start{}) {
        ordered_json start = {{"kind", toString(recipe.start.kind)}, {"picture", recipe.start.picture}};
        if (recipe.start.kind == StartKind::picture)
            start["strength"] = recipe.start.strength;
        if (recipe.start.kind == StartKind::inverted)
            start["inversion"] = recipe.start.inversion;
        object["start"] = start;
    }
    const Measurement& measurement = recipe.measurement;
    if (measurement.isNone())
        return;
    ordered_json known = {{"kind", measurement.kind}, {"method", measurement.method}};
    if (!measurement.known.empty())
        known["known"] = measurement.known;
    if (!measurement.mask.empty())
        known["mask"] = measurement.mask;
    known["options"] = written(measurement.options);
    object["measurement"] = known;
}

void readGuidance(base::JsonObjectReader& recipe, recipe::GuidanceSpec& target)
{
    const json* object = recipe.find("guidance");
    if (!object)
        return;
    base::JsonObjectReader reader(*object, recipe.pathOf("guidance"));
    reader.read("rule", target.rule, longestName);
    reader.read("scale", target.scale, recipe::minimumGuidance, recipe::maximumGuidance);
    readOptions(reader, target.options);
    reader.finish();
    resolveName(base::EntryKind::guidance, target.rule, target.options);
}

int readVersion(base::JsonObjectReader& recipe)
{
    const json* version = recipe.find("version");
    if (!version)
        throw Error(ErrorCode::invalidOption, "\"" + recipe.pathOf("version") + "\" is missing.",
                    "Set it to " + std::to_string(formatVersion) + ".");
    if (!version->is_number_integer() || *version < 1 || *version > formatVersion)
        recipe.refuse("version", "from 1 to " + std::to_string(formatVersion) +
                                     ", the versions that this program reads");
    return version->get<int>();
}

}  // namespace

nlohmann::ordered_json jsonOf(const Recipe& recipe)
{
    checkFinite(recipe);
    ordered_json schedule = nullptr;
    if (recipe.schedule)
        schedule = written("family", recipe.schedule->family, recipe.schedule->options);
    ordered_json object = {
        {"version", versionOf(recipe.sampler)},
        {"model", recipe.model},
        {"condition", written(recipe.condition)},
        {"schedule", schedule},
        {"grid", written("rule", recipe.grid.rule, recipe.grid.options)},
        {"steps", recipe.steps},
        {"sampler", written("id", recipe.sampler.id, recipe.sampler.options)},
        {"guidance",
         {{"rule", recipe.guidance.rule},
          {"scale", recipe.guidance.scale},
          {"options", written(recipe.guidance.options)}}},
        {"clipping", written("rule", recipe.clipping.rule, recipe.clipping.options)},
    };
    writeStart(recipe, object);
    writeSwitches(recipe.network, object);
    object["seed"] = recipe.seed;
    object["batch"] = recipe.batch;
    return object;
}

Recipe readRecipe(base::JsonObjectReader& reader)
{
    const int version = readVersion(reader);
    Recipe recipe;
    reader.read("model", recipe.model, longestName);
    readCondition(reader, recipe.condition);
    readSchedule(reader, recipe.schedule);
    readGrid(reader, recipe.grid);
    reader.read("steps", recipe.steps, 1, mostSteps);
    readSpec(reader, "sampler", "id", recipe.sampler.id, recipe.sampler.options);
    resolveName(base::EntryKind::sampler, recipe.sampler.id, recipe.sampler.options);
    readAsOf(version, recipe.sampler);
    readGuidance(reader, recipe.guidance);
    readSpec(reader, "clipping", "rule", recipe.clipping.rule, recipe.clipping.options);
    resolveName(base::EntryKind::clipping, recipe.clipping.rule, recipe.clipping.options);
    readStart(reader, recipe.start);
    readMeasurement(reader, recipe.measurement);
    readSwitches(reader, recipe.network);
    reader.read("seed", recipe.seed);
    reader.read("batch", recipe.batch, 1, mostSamples);
    return recipe;
}

std::string textOf(const nlohmann::ordered_json& recipe, int indent)
{
    try {
        return recipe.dump(indent) + "\n";
    } catch (const json::exception&) {
        throw Error(ErrorCode::invalidOption, "A text of the recipe is not UTF-8, so it cannot be written.",
                    "Write names and lists in plain characters.");
    }
}

std::string toJson(const Recipe& recipe)
{
    return textOf(jsonOf(recipe), 2);
}

Recipe recipeFromJson(const std::string& text)
{
    const json document = base::parsedStrictly("recipe", text);
    base::JsonObjectReader reader(document, "recipe");
    Recipe recipe = readRecipe(reader);
    if (const json* from = reader.find("from"); from && !from->is_null())
        throw Error(ErrorCode::invalidOption,
                    "The recipe is of a branch, which goes on from a frame of another run.",
                    "Give the recipe of a run that starts from noise.");
    reader.finish();
    return recipe;
}

}  // namespace diffuscope::recipe
