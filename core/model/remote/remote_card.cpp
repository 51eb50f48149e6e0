// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes the cards of served models.
#include "core/model/remote/remote_card.h"

#include "core/base/error.h"
#include "core/base/json_fields.h"
#include "core/base/json_object_reader.h"
#include "core/model/schedule_spec_json.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace diffuscope::model {

namespace {

using base::JsonObjectReader;
using nlohmann::json;

constexpr const char* remoteFormat = "diffuscope-remote-model";
constexpr std::size_t longestRemoteText = 200, mostRemoteClasses = 100'000;

void readShape(JsonObjectReader& reader, ModelCard& card)
{
    const json* shape = reader.find("shape");
    const json* points = reader.find("points");
    const bool isShape =
        shape && shape->is_array() && shape->size() == 3 && std::ranges::all_of(*shape, [](const json& side) {
            return side.is_number_unsigned() && side >= 1 && side <= 4096;
        });
    if (!isShape)
        reader.refuse("shape", "a list of channels, height and width, each from 1 to 4096");
    if (points && !points->is_boolean())
        reader.refuse("points", "true or false");
    card.space = SampleSpace::pixels((*shape)[0].get<int>(), (*shape)[1].get<int>(), (*shape)[2].get<int>());
    if (points && points->get<bool>())
        card.space.kind = SampleKind::points;
}

void readClasses(JsonObjectReader& reader, ModelCard& card)
{
    const json* classes = reader.find("classes");
    if (!classes)
        return;
    const bool areNames = classes->is_array() && classes->size() <= mostRemoteClasses &&
                          std::ranges::all_of(*classes, [](const json& name) { return name.is_string(); });
    if (!areNames)
        reader.refuse("classes", "a list of names");
    card.classNames = classes->get<std::vector<std::string>>();
}

void readTarget(JsonObjectReader& reader, ModelCard& card)
{
    card.target.clear();
    reader.read("target", card.target, 10);
    const std::vector<std::string> targets{"eps", "x0", "v", "flow", "edm"};
    if (std::ranges::find(targets, card.target) == targets.end())
        reader.refuse("target", "one of eps, x0, v, flow and edm");
}

void readNames(JsonObjectReader& reader, remote::RemoteNames& names)
{
    if (const json* inputs = reader.find("inputs")) {
        JsonObjectReader of(*inputs, reader.pathOf("inputs"));
        of.read("x", names.x, longestRemoteText);
        of.read("t", names.t, longestRemoteText);
        of.read("class", names.classes, longestRemoteText);
        of.finish();
    }
    reader.read("output", names.output, longestRemoteText);
}

std::string shortFile(const std::string& path, std::size_t most)
{
    std::ifstream file(path, std::ios::binary);
    std::string text(most + 1, '\0');
    file.read(text.data(), std::streamsize(text.size()));
    text.resize(std::size_t(file.gcount()));
    return text;
}

RemoteCard cardOfServer(const std::string& address)
{
    const RemoteCard nothing{.address = address};
    const remote::RemoteNetwork network(remote::remoteAddressOf(address), remoteOptionsOf(nothing));
    if (network.metadata().card.empty())
        throw Error(
            ErrorCode::invalidFile,
            "The server of " + address + " does not say what its model predicts, nor on which schedule.",
            "Put a folder among your models with a remote.json that says so; see docs/remote.md.");
    RemoteCard card = remoteCardFromJson(network.metadata().card, address);
    card.address = address;
    return card;
}

}  // namespace

std::string toJson(const RemoteCard& card)
{
    const SampleSpace& space = card.card.space;
    nlohmann::ordered_json value{{"format", remoteFormat}, {"version", 1}};
    if (!card.address.empty())
        value["address"] = card.address;
    value["title"] = card.card.title;
    value["target"] = card.card.target;
    value["schedule"] = toJson(card.card.schedule);
    value["shape"] = {space.channels, space.height, space.width};
    value["points"] = space.kind == SampleKind::points;
    value["classes"] = card.card.classNames;
    if (!(card.names == remote::RemoteNames{})) {
        value["inputs"] = {{"x", card.names.x}, {"t", card.names.t}, {"class", card.names.classes}};
        value["output"] = card.names.output;
    }
    return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

RemoteCard remoteCardFromJson(const std::string& text, const std::string& where)
{
    try {
        const json document = base::parsedStrictly("card", text);
        JsonObjectReader reader(document, "card");
        const json* format = reader.find("format");
        const json* version = reader.find("version");
        if (!format || *format != remoteFormat || !version || *version != 1)
            reader.refuse("format", std::string(remoteFormat) + " of version 1");
        RemoteCard card;
        reader.read("address", card.address, 500);
        reader.read("title", card.card.title, longestRemoteText);
        readTarget(reader, card.card);
        const json* schedule = reader.find("schedule");
        if (!schedule || !schedule->is_object())
            reader.refuse("schedule", "an object with a family and its options");
        card.card.schedule = scheduleSpecFromJson(base::JsonFields(*schedule, where));
        readShape(reader, card.card);
        readClasses(reader, card.card);
        readNames(reader, card.names);
        reader.finish();
        card.card.network = "remote";
        return card;
    } catch (const Error& error) {
        throw Error(ErrorCode::invalidFile, where + ": " + error.what(), error.hint());
    }
}

RemoteCard remoteCardOf(const std::string& source)
{
    RemoteCard card;
    if (remote::isRemoteAddress(source)) {
        card = cardOfServer(source);
        card.card.name = source;
    } else {
        const std::filesystem::path path = std::filesystem::path(source) / remoteCardFile;
        card = remoteCardFromJson(shortFile(path.string(), std::size_t(1) << 20), path.string());
        remote::remoteAddressOf(card.address);  // refuses what is none
        card.card.name = std::filesystem::path(source).filename().string();
    }
    if (card.card.title.empty())
        card.card.title = card.card.name;
    card.card.description = "Evaluated by " + card.address + ".";
    return card;
}

remote::RemoteOptions remoteOptionsOf(const RemoteCard& card)
{
    remote::RemoteOptions options{.names = card.names};
    options.names.prompt.clear();
    if (card.card.classNames.empty())
        options.names.classes.clear();
    const char* file = std::getenv("DIFFUSCOPE_TOKEN_FILE");
    if (!file || !*file)
        return options;
    options.token = shortFile(file, 4096);
    while (!options.token.empty() && std::isspace(static_cast<unsigned char>(options.token.back())))
        options.token.pop_back();
    if (options.token.empty())
        throw Error(ErrorCode::missingFile,
                    "The file of the token, " + std::string(file) + ", cannot be read or is empty.",
                    "Write the server's token into it, or unset DIFFUSCOPE_TOKEN_FILE.");
    return options;
}

}  // namespace diffuscope::model
