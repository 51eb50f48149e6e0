// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/caption_lines.h"

#include "core/base/error.h"
#include "core/base/unicode.h"
#include "core/train/data/data_folder.h"

#include <nlohmann/json.hpp>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace diffuscope::train {
namespace {

constexpr size_t longestLine = 1 << 16;
constexpr size_t mostLines = 10'000'000;

[[noreturn]] void refuseLine(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::invalidFile, where + " " + reason + ".",
                "A line is an object like {\"idx\": 0, \"caption\": \"a red cat\"}.");
}

/// Lists within lists are refused before they are parsed, printed or freed.
void refuseDeepLine(const std::string& text, const std::string& where)
{
    constexpr int deepest = 8;
    int depth = 0;
    for (const char c : text) {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        if (depth > deepest)
            refuseLine(where, "has lists within lists");
    }
}

/// One line of JSON as an attribute's text; empty leaves the attribute out.
std::string valueOf(const nlohmann::json& value, const std::string& where)
{
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_boolean())
        return value.get<bool>() ? "yes" : "";
    if (value.is_number())
        return value.dump();
    if (value.is_null())
        return "";
    if (!value.is_array())
        refuseLine(where, "has an attribute that is neither a text, true, a number nor a list of texts");
    std::string text;
    for (const auto& item : value) {
        if (!item.is_string() && !item.is_number())
            refuseLine(where, "has a list with something other than texts and numbers");
        text += (text.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : item.dump());
    }
    return text;
}

CaptionLine lineFrom(const std::string& text, int64_t number, const std::string& where)
{
    requireUtf8(text, where);
    refuseDeepLine(text, where);
    const auto value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!value.is_object())
        refuseLine(where, "is not a JSON object");
    CaptionLine line{number, {}, {}};
    for (const auto& [key, field] : value.items()) {
        if (key == "idx") {
            if (!field.is_number_integer())
                refuseLine(where, "has an \"idx\" that is no whole number");
            line.tile = field.get<int64_t>();
        } else if (key == "file_name" && field.is_string()) {
            line.file = field.get<std::string>();
        } else if (std::string content = base::plainLine(valueOf(field, where)); !content.empty()) {
            line.facts.emplace(key == "text" || key == "prompt" ? "caption" : key, std::move(content));
        }
    }
    return line;
}

}  // namespace

std::string linesStem(const std::filesystem::path& path)
{
    std::string name = path.filename().string();
    for (const std::string_view ending : {".jsonl.gz", ".jsonl"})
        if (name.size() > ending.size() && name.ends_with(ending))
            return name.substr(0, name.size() - ending.size());
    return {};
}

std::vector<CaptionLine> readCaptionLines(const std::string& path)
{
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), &gzclose);
    if (!file) {
        throw Error(ErrorCode::missingFile, "Cannot open " + path + ".",
                    "Check that the file exists and may be read.");
    }
    std::vector<CaptionLine> lines;
    std::string buffer(longestLine, '\0');
    while (gzgets(file.get(), buffer.data(), static_cast<int>(buffer.size()))) {
        const std::string text(buffer.c_str());
        const std::string where = path + ", line " + std::to_string(lines.size() + 1) + ",";
        if (text.size() + 1 >= longestLine || lines.size() >= mostLines)
            refuseLine(where, "is too long");
        if (text.find_first_not_of(" \t\r\n") != std::string::npos)
            lines.push_back(lineFrom(text, static_cast<int64_t>(lines.size()), where));
    }
    int code = Z_OK;
    gzerror(file.get(), &code);
    if (code != Z_OK && code != Z_STREAM_END)
        refuseLine(path, "ends too early or its compression is damaged");
    if (lines.empty())
        refuseLine(path, "has no lines");
    return lines;
}

}  // namespace diffuscope::train
