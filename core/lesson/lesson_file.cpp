// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lesson/lesson_file.h"

#include "core/base/data_folders.h"
#include "core/base/error.h"
#include "core/base/json_object_reader.h"
#include "core/record/layer_ids.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

namespace diffuscope::lesson {

namespace fs = std::filesystem;
using base::JsonObjectReader;
using nlohmann::json;

namespace {

constexpr std::size_t mostBytes = std::size_t(256) << 10;
constexpr std::size_t deepest = 12;
constexpr std::size_t longestTitle = 120, longestText = 4000;
constexpr std::size_t mostSteps = 40, mostChoices = 6, mostErrors = 8;
constexpr int mostMinutes = 120;
constexpr double largestNumber = 1e12;

/// Text is shown as it is written; what looks like markup is refused, so that nobody is led to think that it
/// works.
void refuseMarkup(const JsonObjectReader& reader, const char* key, const std::string& text)
{
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = static_cast<unsigned char>(text[at]);
        const bool isControl = (c < 0x20 && c != '\n') || c == 0x7f;
        const auto next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : ' ';
        if (isControl || (c == '<' && (std::isalpha(next) || next == '/' || next == '!')))
            reader.refuse(key, "plain text: it holds markup or control characters");
    }
}

std::string textOf(JsonObjectReader& reader, const char* key, std::size_t longest, bool isNeeded)
{
    std::string text;
    reader.read(key, text, longest);
    refuseMarkup(reader, key, text);
    if (isNeeded && text.empty())
        reader.refuse(key, "there, though it is needed");
    return text;
}

/// One paragraph, or a list of them, which is shown with empty lines between.
std::string paragraphsOf(JsonObjectReader& reader, const char* key)
{
    const json* const found = reader.find(key);
    if (!found || !found->is_array())
        return textOf(reader, key, longestText, true);
    std::string text;
    for (const json& each : *found) {
        if (!each.is_string() || each.get_ref<const std::string&>().empty())
            reader.refuse(key, "a text or a list of paragraphs");
        text += (text.empty() ? "" : "\n\n") + each.get<std::string>();
    }
    if (text.empty() || text.size() > longestText)
        reader.refuse(key, "text of 1 to " + std::to_string(longestText) + " characters");
    refuseMarkup(reader, key, text);
    return text;
}

bool flagOf(JsonObjectReader& reader, const char* key, bool otherwise)
{
    const json* const found = reader.find(key);
    if (found && !found->is_boolean())
        reader.refuse(key, "true or false");
    return found ? found->get<bool>() : otherwise;
}

/// A list of ids, each of `known`.
std::vector<std::string> idsOf(JsonObjectReader& reader, const char* key,
                               const std::vector<std::string>& known)
{
    std::vector<std::string> ids;
    const json* const list = reader.find(key);
    if (!list)
        return ids;
    if (!list->is_array())
        reader.refuse(key, "a list of names");
    for (const json& each : *list) {
        if (!each.is_string() || std::ranges::find(known, each.get<std::string>()) == known.end()) {
            std::string names;
            for (const std::string& name : known)
                names += (names.empty() ? "" : ", ") + name;
            reader.refuse(key, "a list of names of " + names);
        }
        ids.push_back(each.get<std::string>());
    }
    return ids;
}

/// What a list of objects holds, each with its own path.
template <typename Read>
void readEach(JsonObjectReader& reader, const char* key, std::size_t most, const Read& read)
{
    const json* const list = reader.find(key);
    if (!list)
        return;
    if (!list->is_array() || list->size() > most)
        reader.refuse(key, "a list of at most " + std::to_string(most));
    for (std::size_t k = 0; k < list->size(); ++k) {
        JsonObjectReader item((*list)[k], reader.pathOf(key) + "[" + std::to_string(k) + "]");
        read(item);
        item.finish();
    }
}

record::Layer layerOf(JsonObjectReader& reader, const char* key, record::Layer otherwise)
{
    std::string id = record::layerId(otherwise);
    reader.read(key, id, longestTitle);
    const auto layer = record::layerOfId(id);
    if (!layer) {
        std::string names;
        for (const std::string& name : record::layerIds())
            names += (names.empty() ? "" : ", ") + name;
        reader.refuse(key, "one of " + names);
    }
    return *layer;
}

Figure figureFrom(const json& object, const std::string& path)
{
    JsonObjectReader reader(object, path);
    Figure figure;
    reader.read("of", figure.of, longestTitle);
    const FigureKind* const kind = findFigureKind(figure.of);
    if (!kind) {
        std::string names;
        for (const FigureKind& each : figureKinds())
            names += (names.empty() ? "" : ", ") + each.id;
        reader.refuse("of", "one of " + names);
    }
    if (kind->hasParts) {
        for (const char* part : {"a", "b"}) {
            const json* const found = reader.find(part);
            if (!found)
                reader.refuse(part, "there, though it is needed");
            figure.parts.push_back(figureFrom(*found, reader.pathOf(part)));
            if (!figure.parts.back().parts.empty())
                reader.refuse(part, "a figure without parts");
        }
        reader.finish();
        return figure;
    }
    for (const auto* names : {&kind->needed, &kind->optional})
        for (const std::string& name : *names) {
            double number = std::nan("");
            reader.read(name.c_str(), number, -largestNumber, largestNumber);
            if (std::isfinite(number))
                figure.numbers[name] = number;
            else if (names == &kind->needed)
                reader.refuse(name, "there, though it is needed");
        }
    if (kind->hasLayer)
        figure.layer = layerOf(reader, "layer", record::Layer::xt);
    figure.isOfCompared = flagOf(reader, "compared", false);
    reader.finish();
    return figure;
}

QuestionKind kindOf(JsonObjectReader& reader)
{
    static const std::map<std::string, QuestionKind> kinds{{"choice", QuestionKind::choice},
                                                           {"number", QuestionKind::number},
                                                           {"place", QuestionKind::place},
                                                           {"picture", QuestionKind::picture}};
    std::string kind;
    reader.read("kind", kind, longestTitle);
    const auto found = kinds.find(kind);
    if (found == kinds.end())
        reader.refuse("kind", "choice, number, place or picture");
    return found->second;
}

/// An end that is left out is open.
void readRange(JsonObjectReader& reader, double& from, double& to)
{
    from = -HUGE_VAL;
    to = HUGE_VAL;
    reader.read("from", from, -largestNumber, largestNumber);
    reader.read("to", to, -largestNumber, largestNumber);
    if (from > to)
        reader.refuse("to", "\"from\" or more");
}

std::optional<double> optionalNumber(JsonObjectReader& reader, const char* key)
{
    if (!reader.find(key))
        return std::nullopt;
    double number = 0;
    reader.read(key, number, -largestNumber, largestNumber);
    return number;
}

Question questionFrom(const json& object, const std::string& path)
{
    JsonObjectReader reader(object, path);
    Question question;
    question.kind = kindOf(reader);
    question.ask = textOf(reader, "ask", longestText, true);
    question.reveal = paragraphsOf(reader, "reveal");
    const json* const answer = reader.find("answer");
    if (!answer)
        reader.refuse("answer", "there, though it is needed");
    question.answer = figureFrom(*answer, reader.pathOf("answer"));
    readEach(reader, "choices", mostChoices, [&](JsonObjectReader& item) {
        Choice choice;
        choice.text = textOf(item, "text", longestText, true);
        choice.say = textOf(item, "say", longestText, false);
        readRange(item, choice.from, choice.to);
        question.choices.push_back(std::move(choice));
    });
    readEach(reader, "errors", mostErrors, [&](JsonObjectReader& item) {
        UsualError error;
        error.say = textOf(item, "say", longestText, true);
        readRange(item, error.from, error.to);
        question.errors.push_back(std::move(error));
    });
    if ((question.kind == QuestionKind::choice) != (question.choices.size() >= 2))
        reader.refuse("choices", "a list of two or more, of a question that is a choice");
    reader.read("tolerance", question.tolerance, 0, largestNumber);
    question.isRelative = flagOf(reader, "relative", false);
    question.least = optionalNumber(reader, "least");
    question.most = optionalNumber(reader, "most");
    reader.finish();
    return question;
}

View viewFrom(const json& object, const std::string& path)
{
    JsonObjectReader reader(object, path);
    View view;
    if (reader.find("layer"))
        view.layer = layerOf(reader, "layer", record::Layer::xt);
    const auto whole = [&reader](const char* key, int least, int most) -> std::optional<int> {
        if (!reader.find(key))
            return std::nullopt;
        int number = 0;
        reader.read(key, number, least, most);
        return number;
    };
    constexpr int farthest = 100'000;
    view.frame = whole("frame", -farthest, farthest);
    view.image = whole("image", -1, farthest);
    if (reader.find("enlarged"))
        view.isEnlarged = flagOf(reader, "enlarged", false);
    if (reader.find("all_layers"))
        view.showsAllLayers = flagOf(reader, "all_layers", false);
    view.docks = idsOf(reader, "docks", lessonDocks());
    static const std::vector<std::string> curves{"beta", "alphaBar", "coefficients", "snr", "noiseToSignal"};
    reader.read("curve", view.curve, longestTitle);
    if (!view.curve.empty() && std::ranges::find(curves, view.curve) == curves.end())
        reader.refuse("curve", "beta, alphaBar, coefficients, snr or noiseToSignal");
    reader.finish();
    return view;
}

/// `base` with the keys that `changes` has; each is replaced whole.
recipe::Recipe changed(const recipe::Recipe& base, const json& changes, const std::string& path)
{
    if (!changes.is_object())
        throw Error(ErrorCode::invalidOption, path + " is not an object.");
    json merged = json::parse(recipe::toJson(base));
    for (const auto& [key, value] : changes.items())
        merged[key] = value;
    try {
        return recipe::recipeFromJson(merged.dump());
    } catch (const Error& error) {
        throw Error(ErrorCode::invalidOption, path + ": " + error.what());
    }
}

Step stepFrom(JsonObjectReader& reader, const recipe::Recipe& before)
{
    Step step;
    step.title = textOf(reader, "title", longestTitle, true);
    step.text = paragraphsOf(reader, "text");
    const json* const changes = reader.find("recipe");
    step.recipe = changes ? changed(before, *changes, reader.pathOf("recipe")) : before;
    if (const json* const compared = reader.find("compare"))
        step.compared = changed(step.recipe, *compared, reader.pathOf("compare"));
    if (const json* const view = reader.find("view"))
        step.view = viewFrom(*view, reader.pathOf("view"));
    step.highlight = idsOf(reader, "highlight", lessonControls());
    if (reader.find("free"))
        step.free = idsOf(reader, "free", lessonControls());
    if (const json* const question = reader.find("question"))
        step.question = questionFrom(*question, reader.pathOf("question"));
    return step;
}

}  // namespace

Lesson lessonFromJson(const std::string& text, const std::string& id)
{
    const json object = base::parsedStrictly("lesson", text, mostBytes, deepest);
    JsonObjectReader reader(object, "lesson");
    std::string format;
    int version = 0;
    reader.read("format", format, longestTitle);
    reader.read("version", version, 0, 1000);
    if (format != "diffuscope-lesson" || version != 1)
        reader.refuse("version", "1, of the format diffuscope-lesson");
    Lesson lesson;
    lesson.id = id;
    lesson.title = textOf(reader, "title", longestTitle, true);
    lesson.about = textOf(reader, "about", longestText, true);
    lesson.missing = textOf(reader, "missing", longestText, false);
    reader.read("minutes", lesson.minutes, 1, mostMinutes);
    recipe::Recipe recipe;
    readEach(reader, "steps", mostSteps, [&](JsonObjectReader& item) {
        lesson.steps.push_back(stepFrom(item, recipe));
        recipe = lesson.steps.back().recipe;
    });
    if (lesson.steps.empty())
        reader.refuse("steps", "a list of one step or more");
    reader.finish();
    return lesson;
}

std::vector<fs::path> lessonFolders(const fs::path& chosen)
{
    return base::dataFolders(chosen, "DIFFUSCOPE_LESSONS", fs::path("resources") / "lessons", "lessons");
}

Lesson readLesson(const fs::path& file)
{
    std::error_code error;
    const auto bytes = fs::file_size(file, error);
    std::ifstream stream(file, std::ios::binary);
    if (error || !stream)
        throw Error(ErrorCode::missingFile, file.string() + " cannot be read.", "Name a lesson's file.");
    if (bytes > mostBytes)
        throw Error(ErrorCode::invalidFile, file.string() + " is larger than a lesson can be.");
    std::ostringstream text;
    text << stream.rdbuf();
    std::string id = file.stem().string();
    // A number in front orders the lessons.
    const auto dash = id.find('-');
    if (dash != std::string::npos && dash > 0 &&
        std::all_of(id.begin(), id.begin() + static_cast<std::ptrdiff_t>(dash),
                    [](unsigned char c) { return std::isdigit(c); }))
        id = id.substr(dash + 1);
    try {
        return lessonFromJson(text.str(), id);
    } catch (const Error& refusal) {
        throw Error(ErrorCode::invalidFile, file.filename().string() + ": " + refusal.what());
    }
}

std::vector<LessonEntry> findLessons(const std::vector<fs::path>& folders)
{
    std::vector<LessonEntry> entries;
    for (const fs::path& folder : folders) {
        std::vector<fs::path> files;
        std::error_code error;
        for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
            if (at->path().extension() == ".json")
                files.push_back(at->path());
        std::sort(files.begin(), files.end());
        for (const fs::path& file : files) {
            LessonEntry entry{.id = file.stem().string(), .file = file};
            try {
                entry.lesson = readLesson(file);
                entry.id = entry.lesson->id;
            } catch (const std::exception& problem) {
                entry.problem = problem.what();
            }
            const bool isKnown =
                std::ranges::any_of(entries, [&](const LessonEntry& other) { return other.id == entry.id; });
            if (!isKnown)
                entries.push_back(std::move(entry));
        }
    }
    return entries;
}

}  // namespace diffuscope::lesson
