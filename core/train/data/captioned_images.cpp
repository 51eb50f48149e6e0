// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/captioned_images.h"

#include "core/base/error.h"
#include "core/base/picture_reader.h"
#include "core/train/data/caption_lines.h"
#include "core/train/data/data_folder.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

namespace diffuscope::train {
namespace {

namespace fs = std::filesystem;

constexpr int mostSheets = 1000;
constexpr int smallestTile = 4;

[[noreturn]] void refuseData(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::invalidFile, where + " " + reason + ".", "Download the data set again.");
}

/// The picture NAME.png, NAME.jpg, … (also in capitals); empty where there is none.
fs::path pictureNamed(const fs::path& folder, const std::string& stem)
{
    for (const char* ending : {".png", ".PNG", ".jpg", ".JPG", ".jpeg", ".JPEG"})
        if (fs::is_regular_file(folder / (stem + ending)))
            return folder / (stem + ending);
    return {};
}

/// NAME.png, or NAME_00.png, NAME_01.png, …
std::vector<base::Picture> readSheets(const fs::path& folder, const std::string& stem)
{
    std::vector<base::Picture> sheets;
    if (const fs::path sheet = pictureNamed(folder, stem); !sheet.empty()) {
        sheets.push_back(base::readPicture(sheet.string()));
        return sheets;
    }
    for (int number = 0; number < mostSheets; ++number) {
        char ending[24];  // also of the longest int
        std::snprintf(ending, sizeof ending, "_%02d", number);
        const fs::path path = pictureNamed(folder, stem + ending);
        if (path.empty())
            break;
        sheets.push_back(base::readPicture(path.string()));
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

void appendPicture(const fs::path& path, Facts facts, CaptionedImages& images)
{
    const base::Picture picture = base::readPicture(path.string());
    setSize(images, picture.height, picture.width, path.string());
    for (size_t channel = 0; channel < 3; ++channel)
        for (size_t at = channel; at < picture.pixels.size(); at += 3)
            images.pixels.push_back(picture.pixels[at]);
    images.facts.push_back(std::move(facts));
    ++images.count;
}

/// Lines that name a picture each: {"file_name": "0001.png", "text": "a red cat"}.
void appendNamedPictures(const fs::path& folder, const std::string& where,
                         const std::vector<CaptionLine>& lines, CaptionedImages& images)
{
    for (const CaptionLine& line : lines) {
        const fs::path name(line.file);
        const bool leavesFolder =
            name.is_absolute() || std::find(name.begin(), name.end(), "..") != name.end();
        if (line.file.empty() || leavesFolder)
            refuseData(where, "has a line whose \"file_name\" is no file of the folder");
        appendPicture(folder / name, line.facts, images);
    }
}

/// Tiles of sheets, or pictures that the lines name.
void appendLines(const fs::path& folder, const fs::path& linesPath, CaptionedImages& images)
{
    const auto lines = readCaptionLines(linesPath.string());
    const bool namesFiles =
        std::any_of(lines.begin(), lines.end(), [](const CaptionLine& line) { return !line.file.empty(); });
    if (namesFiles) {
        appendNamedPictures(folder, linesPath.string(), lines, images);
        return;
    }
    const auto sheets = readSheets(folder, linesStem(linesPath));
    int64_t needed = 0;
    for (const CaptionLine& line : lines) {
        if (line.tile < 0)
            refuseData(linesPath.string(), "has an \"idx\" below 0");
        needed = std::max(needed, line.tile < INT64_MAX ? line.tile + 1 : line.tile);
    }
    const int side = tileSide(sheets, needed, linesPath.string());
    setSize(images, side, side, linesPath.string());
    for (const CaptionLine& line : lines) {
        int64_t tile = line.tile;
        size_t sheet = 0;
        while (tile >= tilesOf(sheets[sheet], side))
            tile -= tilesOf(sheets[sheet++], side);
        appendTile(sheets[sheet], tile, side, images.pixels);
        images.facts.push_back(line.facts);
        ++images.count;
    }
}

/// The files of the folder as pairs of picture and caption, and what is neither.
struct Pairs
{
    std::vector<std::pair<fs::path, fs::path>> captioned;
    std::vector<std::string> uncaptioned;  ///< pictures
    std::vector<std::string> alone;        ///< captions
    std::vector<std::string> otherFiles;
};

Pairs pairsOf(const std::vector<fs::path>& files)
{
    Pairs pairs;
    std::map<std::string, fs::path> captions;
    std::set<std::string> used;
    for (const fs::path& path : files)
        if (endingOf(path) == ".txt" && fs::is_regular_file(path))
            captions[path.stem().string()] = path;
    for (const fs::path& path : files) {
        const std::string name = path.filename().string();
        if (endingOf(path) == ".txt" && fs::is_regular_file(path))
            continue;
        if (!base::isPictureName(name) || !fs::is_regular_file(path)) {
            pairs.otherFiles.push_back(fs::is_directory(path) ? name + "/" : name);
        } else if (const auto caption = captions.find(path.stem().string()); caption != captions.end()) {
            pairs.captioned.emplace_back(path, caption->second);
            used.insert(caption->first);
        } else {
            pairs.uncaptioned.push_back(name);
        }
    }
    for (const auto& [stem, path] : captions)
        if (!used.contains(stem))
            pairs.alone.push_back(path.filename().string());
    return pairs;
}

void noteLeftOut(const std::vector<std::string>& names, const char* one, const char* several,
                 CaptionedImages& images)
{
    if (!names.empty()) {
        images.notes.push_back(std::to_string(names.size()) + " " + (names.size() == 1 ? one : several) +
                               ": " + firstNames(names) + ".");
    }
}

void appendPairs(const Pairs& pairs, CaptionedImages& images)
{
    std::vector<std::string> empty;
    for (const auto& [picture, captionPath] : pairs.captioned) {
        std::string caption = readCaption(captionPath);
        if (caption.empty())
            empty.push_back(captionPath.filename().string());
        appendPicture(picture, caption.empty() ? Facts{} : Facts{{"caption", std::move(caption)}}, images);
    }
    noteLeftOut(pairs.uncaptioned, "picture has no caption and is left out",
                "pictures have no caption and are left out", images);
    noteLeftOut(pairs.alone, "caption has no picture and is left out",
                "captions have no picture and are left out", images);
    noteLeftOut(empty, "caption is empty", "captions are empty", images);
}

/// Beside JSON lines: what belongs to none of them.
std::vector<std::string> besideLines(const std::vector<fs::path>& files)
{
    std::vector<std::string> stems, left;
    for (const fs::path& path : files)
        if (!linesStem(path).empty())
            stems.push_back(linesStem(path));
    for (const fs::path& path : files) {
        const std::string name = path.filename().string();
        const bool belongs = std::any_of(stems.begin(), stems.end(),
                                         [&name](const std::string& stem) { return name.starts_with(stem); });
        if (!belongs)
            left.push_back(name);
    }
    return left;
}

[[noreturn]] void refuseFolder(const std::string& folder, const Pairs& pairs)
{
    std::string found;
    if (!pairs.uncaptioned.empty())
        found = "; of its pictures (" + firstNames(pairs.uncaptioned) + ") none has a caption";
    else if (!pairs.alone.empty())
        found = "; its captions (" + firstNames(pairs.alone) + ") have no pictures";
    else if (!pairs.otherFiles.empty())
        found = "; it has " + firstNames(pairs.otherFiles);
    throw Error(ErrorCode::missingFile,
                "The folder " + folder +
                    " holds neither JSON lines with sheets, captioned pictures nor an "
                    "IDX data set (MNIST layout)" +
                    found + ".",
                "Give a folder with NAME.jsonl and NAME.png, with NAME.png or NAME.jpg and NAME.txt, or with "
                "train-images-idx3-ubyte.");
}

}  // namespace

bool isCaptionedFolder(const std::string& folder)
{
    const auto files = filesOfData(folder);
    const bool hasIdx = std::any_of(files.begin(), files.end(), [](const fs::path& path) {
        const std::string name = path.filename().string();
        return name.starts_with("train-images") && name.find("idx3-ubyte") != std::string::npos;
    });
    return !hasIdx;
}

CaptionedImages readCaptionedFolder(const std::string& folder)
{
    const auto files = filesOfData(folder);
    CaptionedImages images;
    for (const fs::path& path : files)
        if (!linesStem(path).empty())
            appendLines(folder, path, images);
    if (images.count > 0) {
        bool namesFiles = false;
        for (const fs::path& path : files)
            namesFiles = namesFiles || linesStem(path) == "metadata";
        if (!namesFiles)
            noteLeftOut(besideLines(files), "file belongs to no JSON lines and is left out",
                        "files belong to no JSON lines and are left out", images);
        return images;
    }
    const Pairs pairs = pairsOf(files);
    if (pairs.captioned.empty())
        refuseFolder(folder, pairs);
    appendPairs(pairs, images);
    noteLeftOut(pairs.otherFiles, "other file is left out (pictures are read as PNG and JPEG)",
                "other files are left out (pictures are read as PNG and JPEG)", images);
    return images;
}

}  // namespace diffuscope::train
