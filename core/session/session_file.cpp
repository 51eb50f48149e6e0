// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_file.h"

#include "core/base/error.h"
#include "core/base/tensor_pack.h"
#include "core/recipe/recipe_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

namespace diffuscope::session {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// Raised when a key changes its meaning. Older versions are read, newer ones refused.
constexpr int sessionVersion = 1;
constexpr std::size_t mostSessionBytes = std::size_t(32) << 20;
constexpr std::size_t longestWord = 200;
constexpr int mostFrames = 100'000;
constexpr int mostPixels = 1 << 16;
constexpr std::size_t longestWritten = 4096;
constexpr int mostWrittenWords = 4096;
constexpr std::size_t digestDigits = 16;
constexpr std::size_t mostDocks = 64;
constexpr std::uint64_t mostAutosaves = std::uint64_t(1) << 62;
const char* const sessionKey = "diffuscope.session";

std::string hexOf(std::uint64_t value)
{
    static const char* const digits = "0123456789abcdef";
    std::string text(digestDigits, '0');
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value >>= 4)
        *digit = digits[value & 15];
    return text;
}

std::vector<std::uint64_t> digestsOf(const std::string& text)
{
    std::vector<std::uint64_t> digests;
    for (std::size_t at = 0; at + digestDigits <= text.size(); at += digestDigits) {
        std::uint64_t value = 0;
        std::from_chars(text.data() + at, text.data() + at + digestDigits, value, 16);
        digests.push_back(value);
    }
    return digests;
}

/// Any text, empty and of several lines too.
void readText(base::JsonObjectReader& reader, const char* key, std::string& target, std::size_t longest)
{
    const json* value = reader.find(key);
    if (!value)
        return;
    if (!value->is_string() || value->get_ref<const std::string&>().size() > longest)
        reader.refuse(key, "a text of at most " + std::to_string(longest) + " bytes");
    target = value->get<std::string>();
}

/// False where it is absent, or no truth value.
bool readFlag(base::JsonObjectReader& reader, const char* key)
{
    const json* value = reader.find(key);
    return value && value->is_boolean() && value->get<bool>();
}

std::string tensorName(int run, const char* what)
{
    return "run." + std::to_string(run) + "." + what;
}

std::vector<std::uint64_t> imagesShape(const record::BatchShape& shape, int images)
{
    return {std::uint64_t(images), std::uint64_t(shape.channels), std::uint64_t(shape.height),
            std::uint64_t(shape.width)};
}

ordered_json writtenRecord(int run, const RunRecord& record, base::TensorPack& pack)
{
    std::string digests;
    for (const std::uint64_t digest : record.digests)
        digests += hexOf(digest);
    const record::BatchShape& shape = record.shape;
    if (!record.result.empty())
        pack.tensors[tensorName(run, "result")] = {imagesShape(shape, shape.batch), record.result};
    if (!record.states.empty()) {
        std::vector<std::uint64_t> all = imagesShape(shape, record.sampledImages);
        all.insert(all.begin(), std::uint64_t(record.frames));
        pack.tensors[tensorName(run, "states")] = {std::move(all), record.states};
    }
    if (!record.sketches.empty())
        pack.tensors[tensorName(run, "sketches")] = {
            {std::uint64_t(record.frames), std::uint64_t(shape.batch), std::uint64_t(record.projections)},
            record.sketches};
    return {{"shape", {shape.batch, shape.channels, shape.height, shape.width}},
            {"frames", record.frames},
            {"images", record.sampledImages},
            {"projections", record.projections},
            {"digests", digests}};
}

ordered_json writtenRun(const SessionRun& run, const SessionFile& file, base::TensorPack& pack)
{
    ordered_json object = {{"id", run.id}};
    if (run.parent != 0) {
        object["parent"] = run.parent;
        object["frame"] = run.frame;
    }
    if (!run.name.empty())
        object["name"] = run.name;
    if (!run.note.empty())
        object["note"] = run.note;
    if (!run.written.text.empty())
        object["written"] = {{"text", run.written.text}, {"off", run.written.off}};
    object["recipe"] = recipe::jsonOf(run.recipe);
    const auto record = file.records.find(run.id);
    if (record != file.records.end() && record->second)
        object["record"] = writtenRecord(run.id, *record->second, pack);
    return object;
}

ordered_json writtenView(const ViewState& view)
{
    return {{"run", view.run},
            {"place", std::isfinite(view.place) ? view.place : 1.0},
            {"image", view.selectedImage},
            {"layer", view.layer},
            {"branchMode", view.branchMode},
            {"compared", view.compared},
            {"enlarged", view.isEnlarged},
            {"allLayers", view.showsAllLayers},
            {"ranges", view.ranges},
            {"curve", view.curve},
            {"docks", view.docks},
            {"file", view.file},
            {"modified", view.isModified},
            {"autosaves", view.autosaves}};
}

ViewState readView(base::JsonObjectReader& session)
{
    ViewState view;
    const json* object = session.find("view");
    if (!object)
        return view;
    constexpr int most = std::numeric_limits<int>::max();
    base::JsonObjectReader reader(*object, "session.view");
    reader.read("run", view.run, 0, most);
    reader.read("place", view.place, 0, 1);
    reader.read("image", view.selectedImage, -1, mostPixels);
    reader.read("layer", view.layer, 0, 100);
    view.branchMode = readFlag(reader, "branchMode");
    view.isEnlarged = readFlag(reader, "enlarged");
    view.showsAllLayers = readFlag(reader, "allLayers");
    readText(reader, "ranges", view.ranges, longestWord);
    readText(reader, "curve", view.curve, longestWord);
    if (const json* docks = reader.find("docks"); docks && docks->is_array())
        for (const json& id : *docks)
            if (id.is_string() && id.get_ref<const std::string&>().size() <= longestWord &&
                view.docks.size() < mostDocks)
                view.docks.push_back(id.get<std::string>());
    readText(reader, "file", view.file, 4096);
    view.isModified = readFlag(reader, "modified");
    if (const json* count = reader.find("autosaves"); count && count->is_number_unsigned())
        view.autosaves = std::int64_t(std::min<std::uint64_t>(count->get<std::uint64_t>(), mostAutosaves));
    if (const json* compared = reader.find("compared"); compared && compared->is_array())
        for (const json& id : *compared)
            if (id.is_number_unsigned() && id.get<std::uint64_t>() <= std::uint64_t(most) &&
                view.compared.size() < 16)
                view.compared.push_back(id.get<int>());
    return view;
}

Provenance readProvenance(base::JsonObjectReader& session)
{
    Provenance made;
    readText(session, "program", made.program, longestWord);
    readText(session, "device", made.device, longestWord);
    session.read("threads", made.threads, 0, 100'000);
    if (const json* models = session.find("models"); models && models->is_object())
        for (const auto& [id, hash] : models->items())
            if (hash.is_string() && hash.get_ref<const std::string&>().size() <= longestWord &&
                made.models.size() < 1000)
                made.models[id] = hash.get<std::string>();
    return made;
}

bool readShape(const json* list, record::BatchShape& shape)
{
    if (!list || !list->is_array() || list->size() != 4)
        return false;
    int* const sizes[] = {&shape.batch, &shape.channels, &shape.height, &shape.width};
    for (std::size_t i = 0; i < 4; ++i) {
        const json& size = (*list)[i];
        if (!size.is_number_unsigned() || size.get<std::uint64_t>() < 1 ||
            size.get<std::uint64_t>() > std::uint64_t(mostPixels))
            return false;
        *sizes[i] = size.get<int>();
    }
    return true;
}

/// Null where the record is not whole: the run is computed again without one.
std::shared_ptr<const RunRecord> readRecord(int run, const json& object, base::TensorPack& pack)
{
    auto record = std::make_shared<RunRecord>();
    base::JsonObjectReader reader(object, "session.runs.record");
    if (!readShape(reader.find("shape"), record->shape))
        reader.refuse("shape", "a list of four sizes");
    reader.read("frames", record->frames, 1, mostFrames);
    int images = 0;
    reader.read("images", images, 0, record->shape.batch);
    std::string digests;
    readText(reader, "digests", digests, std::size_t(mostFrames) * digestDigits);
    record->digests = digestsOf(digests);
    const auto result = pack.tensors.find(tensorName(run, "result"));
    if (result != pack.tensors.end() && result->second.values.size() == record->shape.values())
        record->result = std::move(result->second.values);
    const auto states = pack.tensors.find(tensorName(run, "states"));
    const std::size_t frameValues = std::size_t(images) * record->shape.imageValues();
    if (states != pack.tensors.end() &&
        states->second.values.size() == frameValues * std::size_t(record->frames)) {
        record->states = std::move(states->second.values);
        record->sampledImages = images;
    }
    int projections = 0;
    reader.read("projections", projections, 0, mostProjections);
    const auto sketches = pack.tensors.find(tensorName(run, "sketches"));
    const std::size_t sketchValues =
        std::size_t(record->frames) * std::size_t(record->shape.batch) * std::size_t(projections);
    if (sketches != pack.tensors.end() && sketchValues > 0 &&
        sketches->second.values.size() == sketchValues) {
        record->sketches = std::move(sketches->second.values);
        record->projections = projections;
    }
    return record;
}

/// None where it is not as it should be: the recipe's prompt is then shown as it is.
WrittenPrompt writtenPrompt(const json* object)
{
    WrittenPrompt written;
    if (!object || !object->is_object())
        return written;
    const json text = object->value("text", json());
    const json off = object->value("off", json());
    if (!text.is_string() || text.get_ref<const std::string&>().size() > longestWritten || !off.is_array())
        return written;
    for (const json& word : off) {
        const int least = written.off.empty() ? 0 : written.off.back() + 1;
        if (!word.is_number_unsigned() || word.get<std::uint64_t>() >= std::uint64_t(mostWrittenWords) ||
            word.get<int>() < least)
            return {};
        written.off.push_back(word.get<int>());
    }
    written.text = text.get<std::string>();
    return written;
}

SessionRun readRun(const json& object, const json** record)
{
    constexpr int most = std::numeric_limits<int>::max();
    SessionRun run;
    base::JsonObjectReader reader(object, "session.runs");
    reader.read("id", run.id, 1, most);
    reader.read("parent", run.parent, 0, most);
    reader.read("frame", run.frame, 0, mostFrames);
    readText(reader, "name", run.name, Session::longestName);
    readText(reader, "note", run.note, Session::longestNote);
    const json* recipe = reader.find("recipe");
    if (!recipe)
        reader.refuse("recipe", "there");
    base::JsonObjectReader recipeReader(*recipe, "recipe");
    run.recipe = recipe::readRecipe(recipeReader);
    recipeReader.finish();
    run.written = writtenPrompt(reader.find("written"));
    *record = reader.find("record");
    return run;
}

void readRuns(const json& list, base::TensorPack& pack, SessionFile& file)
{
    std::vector<SessionRun> runs;
    const auto isThere = [&runs](int id) {
        return std::ranges::find(runs, id, &SessionRun::id) != runs.end();
    };
    int number = 0;
    for (const json& object : list) {
        const std::string name = "Run " + std::to_string(++number);
        try {
            const json* record = nullptr;
            SessionRun run = readRun(object, &record);
            if (run.parent != 0 && !isThere(run.parent)) {
                file.problems.push_back(name + " was left out: the run that it leaves could not be read.");
                continue;
            }
            if (record)
                file.records[run.id] = readRecord(run.id, *record, pack);
            runs.push_back(std::move(run));
        } catch (const Error& error) {
            file.problems.push_back(name + " was left out: " + error.what());
        }
    }
    file.session = Session::ofRuns(std::move(runs));
}

/// Of tensors that are not whole, one sentence a run.
std::vector<std::string> problemsOf(const base::TensorPack& pack)
{
    static const std::string begin = "\"run.";
    std::vector<std::string> problems;
    for (const std::string& problem : pack.problems) {
        const std::size_t end = problem.find('.', begin.size());
        const std::size_t what = problem.find("\" is ");
        if (!problem.starts_with(begin) || end == problem.npos || what == problem.npos || end > what) {
            problems.push_back(problem);
            continue;
        }
        std::string sentence = "Part of what was stored of run " +
                               problem.substr(begin.size(), end - begin.size()) + problem.substr(what + 1);
        const auto sameRun = [&](const std::string& other) {
            return other.starts_with(sentence.substr(0, sentence.find(" is ")) + " is ");
        };
        if (std::ranges::none_of(problems, sameRun))
            problems.push_back(std::move(sentence));
    }
    return problems;
}

void checkVersion(const std::string& name, base::JsonObjectReader& session)
{
    const json* version = session.find("version");
    if (!version || !version->is_number_integer() || *version < 1)
        throw Error(ErrorCode::invalidFile, name + " is no session: it has no version.",
                    "Open a session that this program saved.");
    if (*version > sessionVersion)
        throw Error(ErrorCode::invalidFile,
                    name + " was saved by a newer Diffuscope (version " + version->dump() +
                        " of the format; this one reads up to " + std::to_string(sessionVersion) + ").",
                    "Open it with that version, or update this program.");
}

}  // namespace

SessionFile readSession(const std::string& path)
{
    const std::string name = std::filesystem::path(path).filename().string();
    base::TensorPack pack = base::readPack(path);
    const auto text = pack.texts.find(sessionKey);
    if (text == pack.texts.end())
        throw Error(ErrorCode::invalidFile, name + " is no session: it holds no tree of runs.",
                    "Open a session that this program saved.");
    SessionFile file;
    try {
        const json document = base::parsedStrictly("session", text->second, mostSessionBytes);
        base::JsonObjectReader session(document, "session");
        checkVersion(name, session);
        file.problems = problemsOf(pack);
        const json* runs = session.find("runs");
        if (!runs || !runs->is_array() || runs->empty())
            session.refuse("runs", "a list of runs");
        readRuns(*runs, pack, file);
        try {
            file.view = readView(session);
            file.made = readProvenance(session);
        } catch (const Error& error) {
            file.problems.push_back(std::string("What the window showed was left out: ") + error.what());
        }
    } catch (const Error& error) {
        if (error.code() == ErrorCode::invalidFile)
            throw;
        throw Error(ErrorCode::invalidFile, name + " cannot be read: " + error.what(), error.hint());
    }
    if (file.session.empty())
        throw Error(ErrorCode::invalidFile, name + " holds no run that can be read. " + file.problems.front(),
                    "Open an earlier copy of the session.");
    return file;
}

void writeSession(const std::string& path, const SessionFile& file)
{
    base::TensorPack pack;
    ordered_json runs = ordered_json::array();
    for (const SessionRun& run : file.session.runs())
        runs.push_back(writtenRun(run, file, pack));
    const ordered_json document = {{"version", sessionVersion},  {"program", file.made.program},
                                   {"device", file.made.device}, {"threads", file.made.threads},
                                   {"models", file.made.models}, {"view", writtenView(file.view)},
                                   {"runs", std::move(runs)}};
    try {
        pack.texts[sessionKey] = document.dump();
    } catch (const json::exception&) {
        throw Error(ErrorCode::writeFailed, "A name or note is not UTF-8, so the session cannot be written.",
                    "Write names and notes in plain characters.");
    }
    base::writePack(path, pack);
}

bool looksLikeSession(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string start(4096, '\0');
    file.read(start.data(), std::streamsize(start.size()));
    start.resize(std::size_t(std::max<std::streamsize>(file.gcount(), 0)));
    return start.size() > 8 && start[8] == '{' && start.find(sessionKey) != std::string::npos;
}

}  // namespace diffuscope::session
