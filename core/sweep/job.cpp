// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the runs of a plan, and writes and reads them line by line.
#include "core/sweep/job.h"

#include "core/base/content_hash.h"
#include "core/base/error.h"
#include "core/base/json_object_reader.h"
#include "core/recipe/recipe_json.h"
#include "core/sweep/measures.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <unordered_map>

namespace diffuscope::sweep {

namespace {

using base::JsonObjectReader;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t longestLine = std::size_t(1) << 20;

/// Assigns a value to a field of a recipe's JSON, by its path.
void assign(json& recipe, const std::string& path, const json& value)
{
    static const std::map<std::string, const char*> names{{"sampler", "id"},
                                                          {"schedule", "family"},
                                                          {"grid", "rule"},
                                                          {"guidance", "rule"},
                                                          {"clipping", "rule"}};
    json* at = &recipe;
    std::size_t begin = 0;
    for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', begin)) {
        at = &(*at)[path.substr(begin, dot - begin)];
        if (!at->is_object() && !at->is_null())
            throw Error(ErrorCode::invalidOption, "The recipe has no field \"" + path + "\".",
                        "Write the field as the recipe's JSON has it.");
        begin = dot + 1;
    }
    const std::string key = path.substr(begin);
    const auto name = names.find(path);
    if (name == names.end() || !value.is_string()) {
        (*at)[key] = value;
        return;
    }
    json& entry = (*at)[key];
    if (!entry.is_object())
        entry = json::object();
    entry[name->second] = value;
    entry.erase("options");  // they are those of another entry
}

recipe::Recipe recipeOf(const json& document)
{
    JsonObjectReader reader(document, "recipe");
    recipe::Recipe recipe = recipe::readRecipe(reader);
    reader.finish();
    return recipe;
}

std::string keyOfJob(const Job& job)
{
    ordered_json whole{{"recipe", recipe::jsonOf(job.recipe)}, {"measure", job.measures}, {"keep", job.kept}};
    if (job.reference)
        whole["reference"] = recipe::jsonOf(*job.reference);
    return textHash(whole.dump());
}

std::string lineOf(const Job& job)
{
    ordered_json at = ordered_json::array();  // a list: an object would lose the order of the axes
    for (const auto& [field, value] : job.at)
        at.push_back({field, ordered_json::parse(value)});
    ordered_json line{{"version", 1},
                      {"key", job.key},
                      {"line", job.line},
                      {"of", job.of},
                      {"at", at},
                      {"recipe", recipe::jsonOf(job.recipe)},
                      {"measure", job.measures},
                      {"keep", job.kept}};
    if (job.reference)
        line["reference"] = recipe::jsonOf(*job.reference);
    return recipe::textOf(line, -1);
}

/// "steps = 0, seed = 3"
std::string placeOf(const Job& job)
{
    std::string text;
    for (const auto& [field, value] : job.at)
        text += (text.empty() ? "" : ", ") + field + " = " + value.substr(0, 60);
    return text;
}

Job jobAt(const SweepPlan& plan, const json& common, std::uint64_t index)
{
    Job job{.key = {},
            .line = int(index) + 1,
            .of = int(plan.runs()),
            .measures = plan.measures,
            .kept = plan.kept};
    std::vector<std::uint64_t> places(plan.axes.size());
    for (std::size_t i = plan.axes.size(); i-- > 0; index /= plan.axes[i].count)
        places[i] = index % plan.axes[i].count;
    for (std::size_t i = 0; i < plan.axes.size(); ++i)
        for (std::size_t field = 0; field < plan.axes[i].fields.size(); ++field)
            job.at.emplace_back(plan.axes[i].fields[field], plan.axes[i].valueAt(places[i], field));
    try {
        json document = common;
        for (const auto& [field, value] : job.at)
            assign(document, field, json::parse(value));
        job.recipe = recipeOf(document);
        if (!plan.reference.empty()) {
            const json changes = json::parse(plan.reference);
            for (const auto& [field, value] : changes.items())
                assign(document, field, value);
            job.reference = recipeOf(document);
        }
    } catch (const Error& error) {
        throw Error(ErrorCode::invalidOption,
                    "Run " + std::to_string(job.line) + " of the plan" +
                        (job.at.empty() ? "" : " (" + placeOf(job) + ")") + ": " + error.what(),
                    error.hint());
    }
    job.key = keyOfJob(job);
    return job;
}

[[noreturn]] void refuseLine(const std::string& file, int line, const std::string& problem)
{
    throw Error(ErrorCode::invalidFile, file + ", line " + std::to_string(line) + ": " + problem,
                "Write the file again: diffuscope-cli sweep PLAN.json > " + file);
}

std::vector<std::string> idsOf(JsonObjectReader& reader, const char* key)
{
    const json* list = reader.find(key);
    if (!list || !list->is_array() ||
        !std::ranges::all_of(*list, [](const json& id) { return id.is_string(); }))
        reader.refuse(key, "a list of names");
    return list->get<std::vector<std::string>>();
}

void readPlace(JsonObjectReader& reader, Job& job)
{
    const std::string expected = "a list of fields with their values";
    const json* at = reader.find("at");
    if (!at || !at->is_array())
        reader.refuse("at", expected);
    for (const json& pair : *at) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string())
            reader.refuse("at", expected);
        job.at.emplace_back(pair[0].get<std::string>(), pair[1].dump());
    }
}

Job parsedJob(const std::string& text, int line)
{
    const json document = base::parsedStrictly("job", text, longestLine, 12);
    JsonObjectReader reader(document, "job");
    const json* version = reader.find("version");
    if (!version || *version != 1)
        reader.refuse("version", "1, the version that this program reads");
    Job job;
    reader.read("key", job.key, 16);
    reader.read("line", job.line, 1, int(mostRuns));
    reader.read("of", job.of, 1, int(mostRuns));
    readPlace(reader, job);
    const json* recipe = reader.find("recipe");
    if (!recipe)
        reader.refuse("recipe", "there");
    job.recipe = recipeOf(*recipe);
    job.measures = idsOf(reader, "measure");
    for (const std::string& id : job.measures)
        measureOf(id);
    job.kept = idsOf(reader, "keep");
    if (const json* reference = reader.find("reference"))
        job.reference = recipeOf(*reference);
    reader.finish();
    if (job.line != line)
        throw Error(ErrorCode::invalidFile, "it calls itself line " + std::to_string(job.line) + ".");
    if (job.key != keyOfJob(job))
        throw Error(ErrorCode::invalidFile, "the recipe is not the one that its key was made of.");
    return job;
}

std::ifstream openedJobs(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file || std::filesystem::is_directory(path))
        throw Error(ErrorCode::missingFile, "The job file " + path + " cannot be read.",
                    "Write it with: diffuscope-cli sweep PLAN.json > jobs.jsonl");
    return file;
}

/// The next line, which must end with a newline; false at the end.
bool nextLine(std::ifstream& file, std::string& text, const std::string& path, int line)
{
    text.clear();
    if (!std::getline(file, text))
        return false;
    if (file.eof() && !text.empty())
        refuseLine(path, line, "the file is cut off in the middle of this line.");
    return !text.empty();
}

[[noreturn]] void refuseEnd(const std::string& path, int lines, int of)
{
    throw Error(ErrorCode::invalidFile,
                path + " is cut off: it ends after line " + std::to_string(lines) +
                    (of > 0 ? " of " + std::to_string(of) : "") + ".",
                "Write it again: diffuscope-cli sweep PLAN.json > " + path);
}

}  // namespace

std::string textHash(const std::string& text)
{
    base::ContentHash hash;
    hash.add(text.data(), text.size());
    constexpr std::size_t digits = 16;
    return hash.text().substr(0, digits);
}

std::string keyOf(const recipe::Recipe& recipe)
{
    return textHash(recipe::jsonOf(recipe).dump());
}

std::string jobLines(const SweepPlan& plan)
{
    const json common = json::parse(plan.recipe);
    std::string lines;
    std::unordered_map<std::string, int> seen;
    for (std::uint64_t i = 0; i < plan.runs(); ++i) {
        const Job job = jobAt(plan, common, i);
        const auto [same, isNew] = seen.emplace(job.key, job.line);
        if (!isNew)
            throw Error(ErrorCode::invalidOption,
                        "Runs " + std::to_string(same->second) + " and " + std::to_string(job.line) +
                            " of the plan (" + placeOf(job) + ") are the same.",
                        "Leave out one of two names for one thing.");
        lines += lineOf(job);
    }
    return lines;
}

Job jobFromLine(const std::string& text, const std::string& file, int line)
{
    try {
        return parsedJob(text, line);
    } catch (const Error& error) {
        refuseLine(file, line, error.what());
    }
}

std::vector<Job> readJobs(const std::string& path)
{
    std::ifstream file = openedJobs(path);
    std::vector<Job> jobs;
    std::string text;
    while (nextLine(file, text, path, int(jobs.size()) + 1)) {
        jobs.push_back(jobFromLine(text, path, int(jobs.size()) + 1));
        if (jobs.size() > mostRuns)
            refuseLine(path, int(jobs.size()), "a sweep has no more runs.");
    }
    if (jobs.empty() || int(jobs.size()) < jobs.front().of)
        refuseEnd(path, int(jobs.size()), jobs.empty() ? 0 : jobs.front().of);
    return jobs;
}

Job readJob(const std::string& path, int line)
{
    std::ifstream file = openedJobs(path);
    std::string text;
    for (int at = 1; at < line; ++at)
        if (!nextLine(file, text, path, at))
            refuseEnd(path, at - 1, 0);
    if (!nextLine(file, text, path, line))
        refuseEnd(path, line - 1, 0);
    return jobFromLine(text, path, line);
}

}  // namespace diffuscope::sweep
