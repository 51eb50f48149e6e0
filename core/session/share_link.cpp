// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/share_link.h"

#include "core/base/base64.h"
#include "core/base/error.h"
#include "core/recipe/recipe_fields.h"
#include "core/recipe/recipe_json.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

namespace diffuscope::session {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// Raised when a key changes its meaning; links of a later version are refused.
constexpr int linkVersion = 1;
constexpr std::string_view scheme = "diffuscope:";
/// Of the JSON in a link; what unpacks to more was not made by this program.
constexpr std::size_t mostUnpacked = std::size_t(64) << 10;
/// Objects and lists within each other: those of a recipe, with a few runs above it, in the state.
constexpr std::size_t deepestLink = 64;
constexpr std::size_t longestViewText = 200;
constexpr std::size_t mostSharedDocks = 64;
constexpr int mostSelected = 1 << 20;
constexpr int mostLessonSteps = 1000;

[[noreturn]] void refuseLink(const std::string& problem, const std::string& hint)
{
    throw Error(ErrorCode::invalidOption, "The link " + problem + ".", hint);
}

const char* const copyAgain = "Copy it again, whole.";

std::string withoutSpace(const std::string& text)
{
    std::string kept;
    for (const char c : text)
        if (!std::isspace(static_cast<unsigned char>(c)))
            kept += c;
    return kept;
}

bool startsWithScheme(const std::string& text)
{
    return text.size() >= scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), text.begin(), [](char expected, char c) {
               return expected == char(std::tolower(static_cast<unsigned char>(c)));
           });
}

std::string packed(const std::string& text)
{
    uLongf size = compressBound(uLong(text.size()));
    std::vector<std::uint8_t> bytes(size);
    if (compress2(bytes.data(), &size, reinterpret_cast<const Bytef*>(text.data()), uLong(text.size()),
                  Z_BEST_COMPRESSION) != Z_OK)
        throw Error(ErrorCode::internal, "A link could not be packed.");
    bytes.resize(size);
    std::string base64 = base::toBase64(bytes);
    base64.erase(base64.find_last_not_of('=') + 1);
    std::replace(base64.begin(), base64.end(), '+', '-');
    std::replace(base64.begin(), base64.end(), '/', '_');
    return base64;
}

std::vector<std::uint8_t> bytesOf(std::string letters)
{
    for (char& c : letters) {
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_')
            refuseLink("holds a character that no link has", copyAgain);
        c = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    if (letters.empty())
        refuseLink("is empty", copyAgain);
    if (letters.size() % 4 == 1)
        refuseLink("is cut off", copyAgain);
    letters.append((4 - letters.size() % 4) % 4, '=');
    return base::fromBase64(letters);
}

/// Into a buffer that ends where a link of this program cannot: a link that unpacks to gigabytes costs 64
/// KiB.
std::string unpacked(const std::vector<std::uint8_t>& bytes)
{
    std::string text(mostUnpacked, '\0');
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK)
        throw Error(ErrorCode::internal, "A link could not be unpacked.");
    stream.next_in = const_cast<Bytef*>(bytes.data());
    stream.avail_in = uInt(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = uInt(text.size());
    const int status = inflate(&stream, Z_FINISH);
    const bool isFull = stream.avail_out == 0, hasMore = stream.avail_in > 0;
    text.resize(text.size() - stream.avail_out);
    inflateEnd(&stream);
    if (status == Z_STREAM_END && hasMore)
        refuseLink("has something after its end", copyAgain);
    if (status == Z_STREAM_END)
        return text;
    if (isFull)
        refuseLink("unpacks to more than " + std::to_string(mostUnpacked >> 10) + " KiB",
                   "This program makes no such links: do not trust where it comes from.");
    refuseLink(status == Z_BUF_ERROR ? "is cut off" : "is damaged", copyAgain);
}

/// A link names what everybody has: models by their names, never by a place on a disk or in a network.
void checkNamesNoPlace(const recipe::RunPlan& plan)
{
    for (const recipe::RunPlan* at = &plan; at; at = at->from ? &at->from->run : nullptr)
        for (const auto& [path, value] : recipe::fieldsOf(at->recipe)) {
            const auto* text = std::get_if<std::string>(&value);
            if (!text || path.starts_with("condition."))
                continue;
            const bool isPlace = text->find_first_of("/\\") != std::string::npos || text->starts_with('.') ||
                                 text->starts_with('~') || text->find("file:") != std::string::npos;
            if (isPlace)
                refuseLink("would name a file, a folder or an address in \"recipe." + path +
                               "\", which links never do",
                           "Share the session as a file, or choose a model by its name.");
        }
}

void checkNeedsNoPictures(const recipe::RunPlan& plan)
{
    for (const recipe::RunPlan* at = &plan; at; at = at->from ? &at->from->run : nullptr)
        if (!recipe::picturesOf(at->recipe).empty())
            refuseLink("would need a picture, and links hold none",
                       "Share an exported PNG of the run, which holds recipe and pictures.");
}

ordered_json sharedView(const ViewState& view)
{
    ordered_json object = {{"place", std::isfinite(view.place) ? view.place : 1.0}, {"layer", view.layer}};
    if (view.selectedImage >= 0)
        object["image"] = view.selectedImage;
    if (view.isEnlarged)
        object["enlarged"] = true;
    if (view.showsAllLayers)
        object["allLayers"] = true;
    if (!view.ranges.empty())
        object["ranges"] = view.ranges;
    if (!view.curve.empty())
        object["curve"] = view.curve;
    if (!view.docks.empty())
        object["docks"] = view.docks;
    return object;
}

/// Words and numbers of this program: letters, digits and the marks that its lists use.
void readWord(base::JsonObjectReader& reader, const char* key, std::string& target)
{
    const json* value = reader.find(key);
    if (!value)
        return;
    const bool isWord =
        value->is_string() && value->get_ref<const std::string&>().size() <= longestViewText &&
        std::ranges::all_of(value->get_ref<const std::string&>(), [](unsigned char c) {
            return std::isalnum(c) || std::string_view(" .,:;=_-").find(char(c)) != std::string_view::npos;
        });
    if (!isWord)
        reader.refuse(key, "a word of this program");
    target = value->get<std::string>();
}

bool readSwitch(base::JsonObjectReader& reader, const char* key)
{
    const json* value = reader.find(key);
    if (value && !value->is_boolean())
        reader.refuse(key, "true or false");
    return value && value->get<bool>();
}

ViewState readSharedView(const json& object)
{
    base::JsonObjectReader reader(object, "link.view");
    ViewState view;
    reader.read("place", view.place, 0, 1);
    reader.read("layer", view.layer, 0, 100);
    reader.read("image", view.selectedImage, 0, mostSelected);
    view.isEnlarged = readSwitch(reader, "enlarged");
    view.showsAllLayers = readSwitch(reader, "allLayers");
    readWord(reader, "ranges", view.ranges);
    readWord(reader, "curve", view.curve);
    if (const json* docks = reader.find("docks")) {
        const bool isList =
            docks->is_array() && docks->size() <= mostSharedDocks &&
            std::ranges::all_of(*docks, [](const json& id) {
                return id.is_string() && id.get_ref<const std::string&>().size() <= longestViewText;
            });
        if (!isList)
            reader.refuse("docks",
                          "a list of at most " + std::to_string(mostSharedDocks) + " names of panels");
        view.docks = docks->get<std::vector<std::string>>();
    }
    reader.finish();
    return view;
}

LessonPlace readLesson(const json& object)
{
    base::JsonObjectReader reader(object, "link.lesson");
    LessonPlace place;
    readWord(reader, "id", place.lesson);
    reader.read("step", place.step, 0, mostLessonSteps);
    reader.finish();
    if (place.lesson.empty() || place.lesson.starts_with('.'))
        reader.refuse("id", "the name of a lesson");
    return place;
}

SharedState stateFromJson(const std::string& text)
{
    const json document = base::parsedStrictly("link", text, mostUnpacked, deepestLink);
    base::JsonObjectReader reader(document, "link");
    int version = 0;
    reader.read("version", version, 1, linkVersion);
    if (version == 0)
        reader.refuse("version", "there; links have one");
    SharedState state;
    const json* plan = reader.find("recipe");
    if (!plan)
        reader.refuse("recipe", "there; links have one");
    state.plan = recipe::planFromJson(plan->dump());
    if (const json* view = reader.find("view"))
        state.view = readSharedView(*view);
    if (const json* lesson = reader.find("lesson"))
        state.lesson = readLesson(*lesson);
    reader.finish();
    return state;
}

}  // namespace

bool looksLikeLink(const std::string& text)
{
    const auto start = text.find_first_not_of(" \t\r\n");
    return start != std::string::npos && startsWithScheme(text.substr(start, scheme.size()));
}

std::string toJson(const SharedState& state, int indent)
{
    ordered_json object = {{"version", linkVersion},
                           {"recipe", ordered_json::parse(recipe::toJson(state.plan))}};
    if (state.view)
        object["view"] = sharedView(*state.view);
    if (state.lesson)
        object["lesson"] = {{"id", state.lesson->lesson}, {"step", state.lesson->step}};
    return recipe::textOf(object, indent);
}

std::string linkOf(const SharedState& state)
{
    checkNeedsNoPictures(state.plan);
    checkNamesNoPlace(state.plan);
    std::string text = toJson(state, -1);
    text.pop_back();  // the end of the line
    std::string link = std::string(scheme) + packed(text);
    if (link.size() > longestLink || text.size() > mostUnpacked)
        refuseLink("would be longer than " + std::to_string(longestLink) + " characters",
                   "Share the session as a file, or a run with fewer above it.");
    return link;
}

SharedState stateOfLink(const std::string& link)
{
    // Lines of a mail at their shortest double a link; far more is none.
    if (link.size() > 2 * longestLink)
        refuseLink("is longer than " + std::to_string(longestLink) + " characters", copyAgain);
    std::string letters = withoutSpace(link);
    if (letters.size() > longestLink)
        refuseLink("is longer than " + std::to_string(longestLink) + " characters", copyAgain);
    if (startsWithScheme(letters))
        letters.erase(0, scheme.size());
    if (letters.starts_with("//"))  // as some programs complete addresses
        letters.erase(0, 2);
    SharedState state = stateFromJson(unpacked(bytesOf(letters)));
    checkNeedsNoPictures(state.plan);
    checkNamesNoPlace(state.plan);
    return state;
}

}  // namespace diffuscope::session
