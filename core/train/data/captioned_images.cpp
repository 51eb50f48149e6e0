#include "core/train/data/captioned_images.h"

#include "core/base/error.h"
#include "core/base/png_reader.h"

#include <nlohmann/json.hpp>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

namespace diffuscope::train {
namespace {

namespace fs = std::filesystem;

constexpr size_t longestLine = 1 << 16;
constexpr size_t mostLines = 10'000'000;
constexpr int mostSheets = 1000;
constexpr int smallestTile = 4;

[[noreturn]] void refuseData(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::invalidFile, where + " " + reason + ".", "Download the data set again.");
}

/// Strips ".jsonl" or ".jsonl.gz"; empty where the path has neither.
std::string linesStem(const fs::path& path)
{
    std::string name = path.filename().string();
    for (const char* ending : {".jsonl.gz", ".jsonl"})
        if (name.ends_with(ending))
            return name.substr(0, name.size() - std::string(ending).size());
    return {};
}

std::vector<fs::path> sortedFiles(const std::string& folder)
{
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error))
        files.push_back(entry.path());
    if (error) {
        throw Error(ErrorCode::missingFile, "The folder " + folder + " cannot be read.",
                    "Give the folder of a data set with --data.");
    }
    std::sort(files.begin(), files.end());
    return files;
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
        refuseData(where, "has an attribute that is neither a text, true, a number nor a list of texts");
    std::string text;
    for (const auto& item : value) {
        if (!item.is_string() && !item.is_number())
            refuseData(where, "has a list with something other than texts and numbers");
        text += (text.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : item.dump());
    }
    return text;
}

struct Line
{
    int64_t tile = 0;
    Facts facts;
};

Line lineFrom(const std::string& text, int64_t number, const std::string& where)
{
    const auto value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!value.is_object())
        refuseData(where, "is not a JSON object");
    Line line{number, {}};
    for (const auto& [key, field] : value.items()) {
        if (key == "idx") {
            if (!field.is_number_integer())
                refuseData(where, "has an \"idx\" that is no whole number");
            line.tile = field.get<int64_t>();
        } else if (std::string content = valueOf(field, where); !content.empty()) {
            line.facts.emplace(key, std::move(content));
        }
    }
    return line;
}

std::vector<Line> readLines(const std::string& path)
{
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), &gzclose);
    if (!file) {
        throw Error(ErrorCode::missingFile, "Cannot open " + path + ".",
                    "Check that the file exists and may be read.");
    }
    std::vector<Line> lines;
    std::string buffer(longestLine, '\0');
    while (gzgets(file.get(), buffer.data(), static_cast<int>(buffer.size()))) {
        const std::string text(buffer.c_str());
        const std::string where = path + ", line " + std::to_string(lines.size() + 1) + ",";
        if (text.size() + 1 >= longestLine || lines.size() >= mostLines)
            refuseData(where, "is too long");
        if (text.find_first_not_of(" \t\r\n") != std::string::npos)
            lines.push_back(lineFrom(text, static_cast<int64_t>(lines.size()), where));
    }
    int code = Z_OK;
    gzerror(file.get(), &code);
    if (code != Z_OK && code != Z_STREAM_END)
        refuseData(path, "ends too early or its compression is damaged");
    if (lines.empty())
        refuseData(path, "has no lines");
    return lines;
}

/// NAME.png, or NAME_00.png, NAME_01.png, …
std::vector<base::Picture> readSheets(const fs::path& folder, const std::string& stem)
{
    std::vector<base::Picture> sheets;
    if (fs::exists(folder / (stem + ".png"))) {
        sheets.push_back(base::readPng((folder / (stem + ".png")).string()));
        return sheets;
    }
    for (int number = 0; number < mostSheets; ++number) {
        char ending[24];  // also of the longest int
        std::snprintf(ending, sizeof ending, "_%02d.png", number);
        const fs::path path = folder / (stem + ending);
        if (!fs::exists(path))
            break;
        sheets.push_back(base::readPng(path.string()));
    }
    if (sheets.empty()) {
        throw Error(ErrorCode::missingFile,
                    "There is no sheet " + stem + ".png or " + stem + "_00.png beside " + stem + ".jsonl.",
                    "Put the sheets of tiles into the folder " + folder.string() + ".");
    }
    return sheets;
}

int64_t tilesOf(const base::Picture& sheet, int side)
{
    return int64_t{sheet.width / side} * (sheet.height / side);
}

/// The side of the largest squares that divide every sheet and of which there are enough.
int tileSide(const std::vector<base::Picture>& sheets, int64_t needed, const std::string& where)
{
    int most = sheets.front().width;
    for (const auto& sheet : sheets)
        most = std::min({most, sheet.width, sheet.height});
    for (int side = most; side >= smallestTile; --side) {
        int64_t tiles = 0;
        const bool divides = std::all_of(sheets.begin(), sheets.end(), [&](const base::Picture& sheet) {
            tiles += tilesOf(sheet, side);
            return sheet.width % side == 0 && sheet.height % side == 0;
        });
        if (divides && tiles >= needed)
            return side;
    }
    refuseData(where, "has more lines than its sheets have tiles");
}

/// Copies a square of a picture, interleaved, to planes.
void appendTile(const base::Picture& sheet, int64_t tile, int side, std::vector<uint8_t>& pixels)
{
    const int64_t columns = sheet.width / side, top = tile / columns * side, left = tile % columns * side;
    for (int64_t channel = 0; channel < 3; ++channel) {
        for (int64_t row = top; row < top + side; ++row) {
            for (int64_t column = left; column < left + side; ++column) {
                pixels.push_back(
                    sheet.pixels[static_cast<size_t>((row * sheet.width + column) * 3 + channel)]);
            }
        }
    }
}

void setSize(CaptionedImages& images, int height, int width, const std::string& where)
{
    if (images.count > 0 && (images.height != height || images.width != width)) {
        refuseData(where, "has images of " + std::to_string(width) + "×" + std::to_string(height) +
                              " pixels where others have " + std::to_string(images.width) + "×" +
                              std::to_string(images.height));
    }
    images.height = height;
    images.width = width;
}

void appendSheets(const fs::path& folder, const fs::path& linesPath, CaptionedImages& images)
{
    const auto lines = readLines(linesPath.string());
    const auto sheets = readSheets(folder, linesStem(linesPath));
    int64_t needed = 0;
    for (const Line& line : lines) {
        if (line.tile < 0)
            refuseData(linesPath.string(), "has an \"idx\" below 0");
        needed = std::max(needed, line.tile + 1);
    }
    const int side = tileSide(sheets, needed, linesPath.string());
    setSize(images, side, side, linesPath.string());
    for (const Line& line : lines) {
        int64_t tile = line.tile;
        size_t sheet = 0;
        while (tile >= tilesOf(sheets[sheet], side))
            tile -= tilesOf(sheets[sheet++], side);
        appendTile(sheets[sheet], tile, side, images.pixels);
        images.facts.push_back(line.facts);
        ++images.count;
    }
}

/// NAME.png with NAME.txt.
void appendPictures(const std::vector<fs::path>& files, CaptionedImages& images)
{
    for (const fs::path& path : files) {
        const fs::path captionPath = fs::path(path).replace_extension(".txt");
        if (path.extension() != ".png" || !fs::is_regular_file(captionPath))
            continue;
        std::string caption(longestLine, '\0');
        std::ifstream file(captionPath, std::ios::binary);
        file.read(caption.data(), static_cast<std::streamsize>(caption.size()));
        caption.resize(static_cast<size_t>(file.gcount()));
        const base::Picture picture = base::readPng(path.string());
        setSize(images, picture.height, picture.width, path.string());
        for (size_t channel = 0; channel < 3; ++channel)
            for (size_t at = channel; at < picture.pixels.size(); at += 3)
                images.pixels.push_back(picture.pixels[at]);
        images.facts.push_back({{"caption", caption}});
        ++images.count;
    }
}

}  // namespace

bool isCaptionedFolder(const std::string& folder)
{
    const auto files = sortedFiles(folder);
    return std::any_of(files.begin(), files.end(), [](const fs::path& path) {
        return !linesStem(path).empty() ||
               (path.extension() == ".png" && fs::exists(fs::path(path).replace_extension(".txt")));
    });
}

CaptionedImages readCaptionedFolder(const std::string& folder)
{
    const auto files = sortedFiles(folder);
    CaptionedImages images;
    for (const fs::path& path : files)
        if (!linesStem(path).empty())
            appendSheets(folder, path, images);
    if (images.count == 0)
        appendPictures(files, images);
    if (images.count == 0) {
        throw Error(ErrorCode::missingFile,
                    "The folder " + folder + " holds neither JSON lines with sheets nor captioned images.",
                    "Give a folder with NAME.jsonl and NAME.png, or with NAME.png and NAME.txt.");
    }
    return images;
}

}  // namespace diffuscope::train
